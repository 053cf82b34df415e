import { metadataBlock } from './text.ts'

export const ruby = (title: string): string => `#!/usr/bin/env ruby
${metadataBlock(title)}

# Counts the files of a folder: put your own work in its place.
# Lines that begin with :: speak to Jobdeck, all others are its log.
require 'json'

$stdout.sync = true # else nothing is seen before the end

# A stop comes as TERM; after some seconds it is no longer asked.
Signal.trap('TERM') do
  puts '::notice::Stopped'
  exit 143
end

folder = ENV.fetch('JOBDECK_PARAM_FOLDER', '.')
files = Dir.children(folder).map { |name| File.join(folder, name) }.select { |path| File.file?(path) }
bytes = 0
files.each.with_index(1) do |path, number|
  size = File.size(path)
  puts "::warning::#{File.basename(path)} is empty" if size.zero?
  bytes += size
  puts "::progress::#{number * 100 / files.length} #{File.basename(path)}"
end

puts "Counted #{files.length} files"
# Kept with the run.
File.write(ENV.fetch('JOBDECK_OUTPUT', File::NULL), JSON.generate(files: files.length, bytes: bytes))
`

import { metadataBlock } from './text.ts'

export const powershell = (title: string): string => `#!/usr/bin/env pwsh
${metadataBlock(title)}

# Counts the files of a folder: put your own work in its place.
# Lines that begin with :: speak to Jobdeck, all others are its log.
$ErrorActionPreference = 'Stop'

$folder = if ($env:JOBDECK_PARAM_FOLDER) { $env:JOBDECK_PARAM_FOLDER } else { '.' }
$files = @(Get-ChildItem -LiteralPath $folder -File)
$bytes = 0
$number = 0
foreach ($file in $files) {
  $number += 1
  if ($file.Length -eq 0) { Write-Output "::warning::$($file.Name) is empty" }
  $bytes += $file.Length
  Write-Output "::progress::$([int](100 * $number / $files.Count)) $($file.Name)"
}

Write-Output "Counted $($files.Count) files"
# Kept with the run. Set-Content would put a byte order mark before it in Windows PowerShell.
$result = @{ files = $files.Count; bytes = $bytes } | ConvertTo-Json -Compress
if ($env:JOBDECK_OUTPUT) { [IO.File]::WriteAllText($env:JOBDECK_OUTPUT, $result) }
`

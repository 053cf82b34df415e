import { Argument } from 'commander'
import { complete } from '../complete.ts'
import { SHELLS, completionScript, type Shell } from '../shells.ts'
import type { CommandLine } from './command-line.ts'

/** What shells need to complete command lines. */
export function registerCompletions({ program, globals, rest }: CommandLine): void {
  program.commandsGroup('Other:')
  program
    .command('completions')
    .description('print a script by which a shell completes commands, options, jobs, categories and runs')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
For this shell alone, and for every one to come:
  bash         source <(jobdeck completions bash)             put that line into ~/.bashrc
  zsh          source <(jobdeck completions zsh)              put that line into ~/.zshrc, after compinit
  fish         jobdeck completions fish | source              put that line into ~/.config/fish/config.fish
  powershell   jobdeck completions powershell | Out-String | Invoke-Expression
                                                              put that line into $PROFILE`,
    )
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)))

  // Called by those scripts: what stands before the cursor follows after --.
  program
    .command('complete', { hidden: true })
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .allowExcessArguments()
    .action((shell: Shell) => complete(program, shell, rest ?? [], globals()))
}

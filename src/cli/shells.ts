/**
 * The scripts by which shells complete. They hold no names: whatever is completed is asked of `jobdeck complete`, which
 * answers with `files`, `folders` or `nothing` on the first line, and then a candidate a line, with what it is after a
 * tab. No script ever evaluates an answer: a job may be called `$(anything)`. See docs/decisions/0013.
 */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

export const completionScript = (shell: Shell): string => SCRIPTS[shell]

const SCRIPTS: Record<Shell, string> = {
  // Candidates come as bash has to insert them: quoted, and without what stands before the last character that breaks words.
  bash: String.raw`_jobdeck() {
  local line kind
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <("$1" complete bash -- "${'$'}{COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  case $kind in
    files) compopt -o default -o bashdefault ;;
    folders) compopt -o dirnames ;;
    partial) compopt -o nospace ;;
  esac
}
complete -F _jobdeck jobdeck
`,
  zsh: String.raw`#compdef jobdeck
_jobdeck() {
  local -a answer values shown
  local line tab=$'\t'
  answer=("${'$'}{(@f)$("${'$'}{words[1]}" complete zsh -- "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${'$'}{(@)answer[2,-1]}"; do
    values+=("${'$'}{line%%$tab*}")
    shown+=("${'$'}{line/$tab/  -- }")
  done
  (( $#values )) && compadd -l -d shown -a values
  case $answer[1] in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _jobdeck ]]; then _jobdeck "$@"; else compdef _jobdeck jobdeck; fi
`,
  fish: String.raw`function __jobdeck_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer ($words[1] complete fish -- $words[2..-1] "$current" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path $current
        case folders
            __fish_complete_directories $current
    end
    string join \n -- $answer[2..-1]
end
complete -c jobdeck -f -a '(__jobdeck_complete)'
`,
  powershell: String.raw`Register-ArgumentCompleter -Native -CommandName jobdeck -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $_.Extent.EndOffset -eq $cursorPosition } | Select-Object -Skip 1 | ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
  if ($wordToComplete -eq '') { $words += '' }
  $answer = @(& $commandAst.CommandElements[0].Extent.Text complete powershell '--' $words)
  $answer | Select-Object -Skip 1 | ForEach-Object {
    $value, $about = $_ -split [char]9, 2
    $quoted = if ($value -match '^[\w./:=@%+-]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($quoted, $value, 'ParameterValue', $about)
  }
}
`,
}

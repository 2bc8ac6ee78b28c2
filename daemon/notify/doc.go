// Package notify tells others about transitions: it runs the scripts of a
// configuration, writes lines to named pipes (FIFOs) and sends mail.
//
// A Notifier takes events without ever making the caller wait. What it does
// with one, and in which order, is what keepalived does: the script of the new
// state, the generic script, the pipes, mail. Scripts do not wait for each
// other, and a pipe or a mail server that is slow holds up nobody.
//
// A Runner runs commands; trackers and checkers use it as well.
//
// Where this differs from keepalived, on purpose:
//
//   - What scripts print goes to the log, within bounds (Options.Discard:
//     nowhere, as keepalived has it), and so does a script's failure.
//   - Scripts have a session of their own, not only a process group. Those that
//     still run when the daemon stops are ended, TERM first and then KILL, not
//     only the scripts for the state STOP and of pipes.
//   - A source has at most 2*PerSource commands at a time: from PerSource on,
//     each new one has the oldest ended.
//   - Lines that a full pipe cannot take are counted and reported. A pipe that
//     somebody removed, or that could not be opened, is made again. What stands
//     in its place but is no pipe is not written to. A reload keeps the pipes
//     that it does not change.
//   - The script of a pipe is started again when it ends. At the stop it has the
//     time to read the last lines before it gets TERM.
//   - A mail is tried again until it is a day old, at the stop once more. One
//     refused recipient does not keep it from the others.
package notify

// Logger takes lines for the log. It must not wait.
type Logger interface {
	Printf(format string, args ...any)
}

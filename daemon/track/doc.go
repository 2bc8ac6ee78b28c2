// Package track watches what instances and sync groups track, apart from
// interfaces: scripts (vrrp_script), processes (vrrp_track_process) and files
// (track_file). It says what it found; what that means for a priority is worked
// out by package vrrp.
//
// Where this differs from keepalived, on purpose:
//
//   - A script that is still running when its next run is due is never started
//     a second time. keepalived says so and does it all the same (2.2.7).
//   - A run that takes too long counts as a failure at that moment, not when the
//     script has obeyed SIGTERM or been killed two seconds later.
//   - A script that cannot be started (it was removed, has no first line such as
//     #!/bin/sh, ...) fails; in keepalived it succeeds. One that is not there or
//     not executable when the configuration is read is not tracked in both; see
//     Prune.
//   - init_fail asks for rise successes, as the manual has it; one is enough
//     for 2.2.7.
//   - A track_file whose directory is not there, or goes away, has the value 0 and
//     is looked for once a second; keepalived forgets the file. Symbolic links
//     are followed, and what they lead to is watched too.
//   - A process whose name has a slash is compared with the program as its command
//     line gives it; without full_command keepalived never finds it.
//   - fork_delay has an effect.
//   - Where the kernel tells of no processes (another network or PID namespace, no
//     permission), /proc is looked at once a second; keepalived counts once.
package track

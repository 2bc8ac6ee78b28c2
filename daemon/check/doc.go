// Package check runs the health checkers of real servers.
//
// One goroutine on a thread of its own makes all connections, with its own epoll
// and a heap of what is due. TCP_CHECK, UDP_CHECK and PING_CHECK need nothing
// else. HTTP_GET, SSL_GET, SMTP_CHECK and DNS_CHECK have a goroutine from when they
// are connected until the attempt is over, MISC_CHECK while its command runs: one
// for each checker at most, and what a server can have it keep is bounded by the
// packages that talk with it. FILE_CHECK and BFD_CHECK hear of changes. When an attempt
// is due, and what it means, is in package schedule.
//
// Where this differs from keepalived, on purpose:
//
//   - The first attempts are spread evenly over warmup, or delay_loop if that is
//     shorter, instead of at random.
//   - An attempt that is late does not make those after it late.
//   - A PING_CHECK that this host cannot send says nothing about the server, as in
//     the other checkers; and so does any checker whose packets the host's firewall
//     forbids.
//   - A connection from a fixed port (bind_port) is reset in the end, so that the
//     port is free for the next one. Source ports of bindto are chosen when the
//     target is known: there are as many for each server.
//   - A reload keeps the phase, and what is under way, of checkers that it does not
//     change.
//   - A command of MISC_CHECK that cannot be run fails.
package check

// Package child starts the daemon's child processes and speaks with them.
//
// A child is this executable, started again with the same command line, so that
// `ps` shows its processes as it shows keepalived's. A variable of its
// environment says which child it is, and descriptor 3 is its end of a socket
// pair, on which it answers what it is asked. The configuration comes as a file
// in memory: the parent alone reads the file that the administrator writes.
//
// A child ends when it gets SIGTERM, when the thread that started it ends
// (PDEATHSIG), and when the other end of its socket is closed.
package child

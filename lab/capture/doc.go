// Package capture turns what happens in a lab into events of its timeline: the
// frames on the switch ports, the addresses and links of each node's kernel,
// the IPVS tables of the directors, and the lines that programs log.
//
// Every source waits for its socket to become readable; only the IPVS table,
// of whose changes the kernel tells nobody, is sampled. All sources have Sync,
// which returns when everything that happened before the call is recorded, and
// Close, which does the same and ends them.
package capture

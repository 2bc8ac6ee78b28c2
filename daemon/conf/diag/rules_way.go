package diag

func wayRules() []Rule {
	return []Rule{
		{Code: CheckWithoutPort, Title: "A checker has no port to connect to",
			Why:     "Neither the real server nor `connect_port` gives one. keepalived connects to port 0, where nothing answers, and takes the server out; vipd connects to the port of the service, if that has one.",
			Example: "virtual_server 192.0.2.1 80 {\n    real_server 192.0.2.2 {\n        TCP_CHECK {\n        }\n    }\n}"},
		{Code: TunnelOptions, Title: "The options of a tunnel contradict each other",
			Why:     "Only gue tunnels have a port, and need one; ipip tunnels have no checksum, gre tunnels no remcsum. keepalived passes over all options of the line, and a plain ipip tunnel is left.",
			Example: "lb_kind TUN type gue"},
		{Code: OddNetmask, Title: "A mask is not that of a network",
			Why:     "`persistence_granularity` of an IPv4 service takes a mask: 24 is 0.0.0.24 and not the mask of a /24, which makes the same client of neighbours that have nothing in common. keepalived does not report it.",
			Example: "persistence_granularity 24"},
	}
}

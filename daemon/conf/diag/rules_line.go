package diag

func lineRules() []Rule {
	return []Rule{
		{Code: MissingKeyword, Title: "A keyword is missing that the object cannot do without",
			Why:     "keepalived passes over the whole object: a script without `script`, a tracked file without `file`, a session without `neighbor_ip`, a rule without an action.",
			Example: "vrrp_script chk {\n    interval 2\n}"},
		{Code: NotTracked, Title: "The loss of a route or rule would not be noticed",
			Why:     "keepalived follows a route by its `dev` and a static rule by its `iif`. Without it the instance stays Master when the route or rule is gone. Add it, or `no_track`.",
			Example: "virtual_routes {\n    192.0.2.0/24 via 198.51.100.1\n}"},
	}
}

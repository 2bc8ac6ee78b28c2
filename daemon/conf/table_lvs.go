package conf

import "time"

func lvsRoot() []row {
	return []row{{word: "virtual_server", args: arity{1, 2}, block: "virtual_server", apply: beginServer, close: (*build).endServer}}
}

func lvsBlocks() map[string]block {
	table := map[string]block{
		"virtual_server":             {rows: append(serverRows(), known(serverKnown)...)},
		"virtual_server/real_server": {rows: append(realRows(), known(realKnown)...)},
	}
	for kind, web := range map[string]bool{"TCP_CHECK": false, "HTTP_GET": true, "SSL_GET": true} {
		key := "virtual_server/real_server/" + kind
		rows := append(checkerRows(), known(checkerKnown)...)
		if web {
			rows = append(rows, known(webKnown)...)
			rows = append(rows, webRows(key)...)
			table[key+"/url"] = block{rows: append(urlRows(), known(urlKnown)...)}
		}
		table[key] = block{rows: rows}
	}
	return table
}

// on makes an apply that also remembers the keyword for the object at.
func on(at func(*build) any, set apply) apply {
	return func(b *build, s *Statement) {
		b.mark(at(b), s.Keyword(), s.Pos())
		set(b, s)
	}
}

func serverRows() []row {
	v := func(b *build) *VirtualServer { return b.vs }
	set := func(word string, args arity, f apply) row {
		return row{word: word, args: args, apply: on(func(b *build) any { return b.vs }, f)}
	}
	sched := oneOf(func(b *build) *string { return &v(b).Scheduler }, "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos")
	return []row{
		set("delay_loop", one, seconds(time.Microsecond, month, func(b *build) *time.Duration { return &v(b).DelayLoop })),
		set("lb_algo", one, sched),
		set("lvs_sched", one, sched),
		set("lb_kind", many, method(func(b *build) *string { return &v(b).Forward })),
		set("lvs_method", many, method(func(b *build) *string { return &v(b).Forward })),
		set("persistence_timeout", maybe, persistence),
		set("protocol", one, oneOf(func(b *build) *string { return &v(b).Protocol }, "TCP", "UDP", "SCTP")),
		set("warmup", one, seconds(0, month, func(b *build) *time.Duration { return &v(b).Warmup })),
		set("quorum", one, integer(1, 1<<30, func(b *build) *int { return &v(b).Quorum })),
		set("hysteresis", one, integer(0, 1<<30, func(b *build) *int { return &v(b).Hysteresis })),
		set("sorry_server", arity{1, 2}, sorryServer),
		set("sorry_server_inhibit", none, turn(true, func(b *build) *bool { return &v(b).SorryInhibit })),
		set("inhibit_on_failure", none, turn(true, func(b *build) *bool { return &v(b).InhibitFailure })),
		{word: "real_server", args: arity{1, 2}, block: "virtual_server/real_server", apply: beginReal},
	}
}

func realRows() []row {
	r := func(b *build) *RealServer { return b.rs }
	set := func(word string, args arity, f apply) row {
		return row{word: word, args: args, apply: on(func(b *build) any { return b.rs }, f)}
	}
	checker := func(kind string) row {
		return row{word: kind, args: none, block: "virtual_server/real_server/" + kind, apply: beginChecker, close: (*build).endChecker}
	}
	other := func(kind string) row { return row{word: kind, args: none, block: unread, apply: otherChecker} }
	return []row{
		set("weight", one, integer(0, 1<<31-1, func(b *build) *int { return &r(b).Weight })),
		set("inhibit_on_failure", maybe, boolean(func(b *build) *bool { return &r(b).Inhibit })),
		set("lvs_method", many, method(func(b *build) *string { return &r(b).Forward })),
		checker("HTTP_GET"), checker("SSL_GET"), checker("TCP_CHECK"),
		other("MISC_CHECK"), other("SMTP_CHECK"), other("DNS_CHECK"), other("PING_CHECK"), other("UDP_CHECK"),
		other("BFD_CHECK"), other("FILE_CHECK"),
	}
}

func checkerRows() []row {
	c := func(b *build) *Checker { return b.checker }
	set := func(word string, args arity, f apply) row {
		return row{word: word, args: args, apply: on(func(b *build) any { return b.checker }, f)}
	}
	retry := integer(0, 1<<30, func(b *build) *int { return &c(b).Retry })
	return []row{
		set("connect_timeout", one, seconds(time.Microsecond, month, func(b *build) *time.Duration { return &c(b).ConnectTimeout })),
		set("connect_port", one, connectPort),
		set("retry", one, retry),
		set("nb_get_retry", one, retry),
		set("delay_before_retry", one, seconds(0, month, func(b *build) *time.Duration { return &c(b).RetryDelay })),
		set("delay_loop", one, seconds(time.Microsecond, month, func(b *build) *time.Duration { return &c(b).DelayLoop })),
		set("warmup", one, seconds(0, month, func(b *build) *time.Duration { return &c(b).Warmup })),
	}
}

func webRows(key string) []row {
	return []row{{word: "url", args: none, block: key + "/url", apply: beginURL, close: (*build).endURL}}
}

func urlRows() []row {
	u := func(b *build) *URL { return b.url }
	return []row{
		{word: "path", args: one, apply: text(func(b *build) *string { return &u(b).Path })},
		{word: "digest", args: one, apply: digest},
		{word: "status_code", args: many, apply: statusCodes},
		{word: "virtualhost", args: one, apply: text(func(b *build) *string { return &u(b).VirtualHost })},
	}
}

// The keywords that the model does not hold. quorum_up and the like are the
// scripts of a later slice.
const (
	serverKnown = `ip_family retry delay_before_retry connect_timeout hashed ops flag-1 flag-2 flag-3 sh-port
	sh-fallback mh-port mh-fallback persistence_engine persistence_granularity ha_suspend smtp_alert virtualhost
	snmp_name alpha omega quorum_up quorum_down weight sorry_server_lvs_method`
	realKnown = `uthreshold lthreshold notify_up notify_down alpha retry delay_before_retry warmup connect_timeout
	delay_loop smtp_alert virtualhost snmp_name`
	checkerKnown = `connect_ip bindto bind_port bind_if fwmark alpha log_all_failures`
	webKnown     = `virtualhost http_protocol enable_sni sni_name fast_recovery tls_compliant`
	urlKnown     = `regex regex_no_match regex_options regex_min_offset regex_max_offset regex_stack tls_compliant`
)

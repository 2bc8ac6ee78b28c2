package conf

import (
	"math"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// snmpRows are the words about SNMP and D-Bus.
func snmpRows() []schema.Keyword {
	vrrp := func(g *Global) *bool { return &g.SNMP.VRRP }
	old := on("enable_snmp_keepalived", "show instances by SNMP", vrrp)
	old.Else, old.Same, old.Instead = "", "enable_snmp_vrrp", "enable_snmp_vrrp"
	rfc2 := on("enable_snmp_rfcv2", "show the MIB of RFC 2787", func(g *Global) *bool { return &g.SNMP.RFCv2 })
	rfc2.Fill = func(_, obj any) { s := &obj.(*Global).SNMP; s.RFCv2 = s.RFC }
	rfc3 := on("enable_snmp_rfcv3", "show the MIB of RFC 6527", func(g *Global) *bool { return &g.SNMP.RFCv3 })
	rfc3.Fill = func(_, obj any) { s := &obj.(*Global).SNMP; s.RFCv3 = s.RFC }
	age := func(at func(*SNMP) *time.Duration) schema.Field {
		return schema.Seconds(time.Millisecond, 30*time.Second, func(g *Global) *time.Duration { return at(&g.SNMP) }).As("SECONDS 0.001-30")
	}
	return []schema.Keyword{
		{Name: "snmp_socket", First: true, Else: "net-snmp default", Doc: "reach the SNMP agent there",
			Field: socketField()},
		on("enable_traps", "send SNMP traps", func(g *Global) *bool { return &g.SNMP.Traps }),
		on("enable_snmp_vrrp", "show instances by SNMP", vrrp), old,
		on("enable_snmp_rfc", "show the MIBs of both RFCs", func(g *Global) *bool { return &g.SNMP.RFC }), rfc2, rfc3,
		on("enable_snmp_checker", "show virtual and real servers by SNMP", func(g *Global) *bool { return &g.SNMP.Checker }),
		newer(schema.Keyword{Name: "snmp_vs_stats_update_interval", Default: "5", Doc: "count virtual servers anew for SNMP after that time",
			Field: age(func(s *SNMP) *time.Duration { return &s.ServiceMaxAge })}),
		newer(schema.Keyword{Name: "snmp_rs_stats_update_interval", Else: "same as VS", Doc: "count real servers anew for SNMP after that time",
			Field: age(func(s *SNMP) *time.Duration { return &s.ServersMaxAge }),
			Fill:  func(_, obj any) { s := &obj.(*Global).SNMP; s.ServersMaxAge = s.ServiceMaxAge }}),
		on("enable_dbus", "offer a service on D-Bus", func(g *Global) *bool { return &g.DBus.On }),
		{Name: "dbus_service_name", Default: "org.keepalived.Vrrp1", Doc: "give the service on D-Bus that name",
			Field: schema.String(func(g *Global) *string { return &g.DBus.Service })},
		newer(schema.Keyword{Name: "dbus_no_interface_name", Doc: "name instances without an interface like that on D-Bus",
			Field: schema.String(func(g *Global) *string { return &g.DBus.NoInterface })}),
	}
}

// socketField takes one word or none of the line.
func socketField() schema.Field {
	f := schema.String(func(g *Global) *string { return &g.SNMP.Socket })
	read := f.Read
	f.Max = -1
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		if len(words) == 2 {
			read(c, obj, words)
			return
		}
		c.Reject()
		c.Errorf(diag.ExtraWord, words[2], "snmp_socket takes one word; the line is passed over")
	}
	return f
}

// bufferRows are the words about receive buffers.
func bufferRows() []schema.Keyword {
	var rows []schema.Keyword
	for _, b := range []struct {
		name, what string
		at         func(*Receive) *Buffer
	}{
		{"vrrp_netlink_cmd", "the netlink commands of VRRP", func(r *Receive) *Buffer { return &r.VRRPCommand }},
		{"vrrp_netlink_monitor", "the netlink monitor of VRRP", func(r *Receive) *Buffer { return &r.VRRPMonitor }},
		{"process_monitor", "the process monitor", func(r *Receive) *Buffer { return &r.ProcessMonitor }},
		{"lvs_netlink_cmd", "the netlink commands of the checkers", func(r *Receive) *Buffer { return &r.LVSCommand }},
		{"lvs_netlink_monitor", "the netlink monitor of the checkers", func(r *Receive) *Buffer { return &r.LVSMonitor }},
	} {
		bytes := schema.Int(0, math.MaxUint32, func(g *Global) *int { return &b.at(&g.Receive).Bytes }).As("INT bytes")
		bytes.Unit = "bytes"
		rows = append(rows,
			schema.Keyword{Name: b.name + "_rcv_bufs", Else: "kernel", Doc: "give " + b.what + " a receive buffer of that size", Field: bytes},
			truth(b.name+"_rcv_bufs_force", "let the receive buffer of "+b.what+" exceed the host's limit", func(g *Global) *bool { return &b.at(&g.Receive).Force }))
	}
	return rows
}

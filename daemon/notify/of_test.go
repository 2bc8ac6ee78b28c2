package notify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

// TestOf: all that a file says of telling others comes through.
func TestOf(t *testing.T) {
	cfg, _ := conf.Read(strings.NewReader(`
global_defs {
  router_id r1
  notification_email {
    a@example.com
    b@example.com
  }
  notification_email_from me@example.com
  smtp_server 192.0.2.1 2525
  smtp_connect_timeout 7
  smtp_helo_name me
  no_email_faults
  no_checker_emails
  script_user nobody daemon
  enable_script_security
  set_supplementary_groups
  notify_fifo /run/both
  notify_fifo_script "/bin/both x"
  vrrp_notify_fifo /run/routers root adm
  lvs_notify_fifo /run/servers
}
vrrp_instance V {
  interface eth0
  virtual_router_id 1
  virtual_ipaddress {
    10.0.0.1
  }
}
`), "k.conf")
	if cfg == nil {
		t.Fatal("no configuration")
	}
	servers := Of(cfg, Servers, false)
	if got := []string{servers.FIFOs[0].Path, servers.FIFOs[1].Path}; got[0] != "/run/both" || got[1] != "/run/servers" {
		t.Errorf("pipes of servers: %q", got)
	}
	if servers.FIFOs[0].Script.Given() {
		t.Error("the script of the common pipe runs twice")
	}
	got := Of(cfg, Routers, true)
	if script := got.FIFOs[0].Script; len(script.Args) != 2 || script.Args[1] != "x" {
		t.Errorf("script %+v", script)
	}
	got.FIFOs[0].Script = conf.Command{}
	want := Config{
		Accounts: Accounts{User: "nobody", Group: "daemon", Security: true, Supplementary: true},
		FIFOs: []FIFO{
			{Path: "/run/both", Content: Routers},
			{Path: "/run/routers", User: "root", Group: "adm", Content: Routers},
		},
		Mail: Mail{Router: "r1", Server: "192.0.2.1", Port: 2525, Timeout: 7e9, Helo: "me", From: "me@example.com",
			To: []string{"a@example.com", "b@example.com"}, NoFaults: true, NoServers: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

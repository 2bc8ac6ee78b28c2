package topologies

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/lab/topology"
)

func TestEveryLabLoads(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"experiment-4", "master-backup", "web-hot-standby"}, names); diff != "" {
		t.Error(diff)
	}
	for _, name := range names {
		top, err := Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if top.Name != name {
			t.Errorf("%s has the name %s", name, top.Name)
		}
		if info, err := fs.Stat(FS(), name+"/README.md"); err != nil || info.Size() == 0 {
			t.Errorf("%s has no README.md (%v)", name, err)
		}
	}
}

func TestEveryFileIsEmbedded(t *testing.T) {
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		got, err := fs.ReadFile(FS(), filepath.ToSlash(p))
		if err != nil {
			return err
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s:\n%s", p, diff)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestScriptsAreExecutableOnTheirNodes(t *testing.T) {
	top, err := Load("experiment-4")
	if err != nil {
		t.Fatal(err)
	}
	for node, script := range map[string]string{
		"LB1": "etc/keepalived/notify.sh", "LB2": "etc/keepalived/notify.sh",
		"RS1": "usr/local/sbin/rs.sh", "RS2": "usr/local/sbin/rs.sh",
	} {
		files, err := top.FileSystem(node)
		if err != nil {
			t.Fatal(err)
		}
		info, err := fs.Stat(files, script)
		if err != nil || info.Mode() != 0o755 {
			t.Errorf("%s on %s: %v, %v", script, node, info, err)
		}
	}
}

// The facts of the course that a reader would compare by eye.
func TestFactsOfTheCourse(t *testing.T) {
	for _, tc := range []struct {
		file  string
		facts []string
	}{
		{"web-hot-standby/web1/etc/keepalived/keepalived.conf", []string{"state MASTER", "interface enp0s3", "virtual_router_id 51", "priority 100", "advert_int 1", "auth_pass 1111", "192.168.0.5", "smtp_connect_timeout 30", "router_id web1.niliu.edu"}},
		{"web-hot-standby/web2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "interface enp0s3", "virtual_router_id 51", "priority 50", "advert_int 1", "auth_pass 1111", "192.168.0.5", "smtp_connect_timeout 1\n", "router_id web2.niliu.edu"}},
		{"web-hot-standby/web1/var/www/html/index.html", []string{"web1 server\n"}},
		{"web-hot-standby/web2/var/www/html/index.html", []string{"web2 server\n"}},
		{"master-backup/keepalive130/etc/keepalived/keepalived.conf", []string{"state MASTER", "virtual_router_id 33", "priority 100", "auth_pass a1b2c3d4", "vrrp_mcast_group4 224.1.101.33", "172.16.15.99/16 dev eth0 label eth0:0"}},
		{"master-backup/keepalive131/etc/keepalived/keepalived.conf", []string{"state BACKUP", "virtual_router_id 33", "priority 96", "auth_pass a1b2c3d4", "vrrp_mcast_group4 224.1.101.33", "172.16.15.99/16 dev eth0 label eth0:0"}},
		{"experiment-4/LB1/etc/keepalived/keepalived.conf", []string{"state MASTER", "interface ens37", "priority 100", "auth_pass dd73f9d6", "vrrp_mcast_group4 224.0.0.58", "192.168.136.100/24", "sorry_server 127.0.0.1 80", "delay_loop 3", "lb_algo wrr", "lb_kind DR"}},
		{"experiment-4/LB2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "interface ens37", "priority 90", "auth_pass dd73f9d6", "vrrp_mcast_group4 224.0.0.58", "192.168.136.100/24", "sorry_server 127.0.0.1 80", "delay_loop 3", "lb_algo wrr", "lb_kind DR"}},
		{"experiment-4/RS1/var/www/html/index.html", []string{"RS1 homepage\n"}},
		{"experiment-4/RS2/var/www/html/index.html", []string{"RS2 homepage\n"}},
		{"experiment-4/LB1/var/www/html/index.html", []string{"sorry on LB1\n"}},
		{"experiment-4/LB2/var/www/html/index.html", []string{"sorry on LB2\n"}},
	} {
		text, err := fs.ReadFile(FS(), tc.file)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, fact := range tc.facts {
			if !strings.Contains(string(text), fact) {
				t.Errorf("%s does not say %q", tc.file, fact)
			}
		}
	}
}

func TestLoadOfAnUnknownName(t *testing.T) {
	_, err := Load("web-hot-stanby")
	var unknown *topology.UnknownError
	if !errors.As(err, &unknown) {
		t.Fatalf("error is %T: %v", err, err)
	}
	if want := `unknown topology "web-hot-stanby", did you mean web-hot-standby?`; err.Error() != want {
		t.Errorf("got %s, want %s", err, want)
	}
}

func TestNamesInLeavesOtherDirectoriesOut(t *testing.T) {
	names, err := NamesIn(fstest.MapFS{"b/topology.yaml": {}, "a/topology.yaml": {}, "c/README.md": {}, "topology.yaml": {}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestEveryReadmeShowsItsLab(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		top, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := fs.ReadFile(FS(), name+"/README.md")
		if err != nil {
			t.Fatal(err)
		}
		if picture := top.Graph().Text(); !strings.Contains(string(text), picture) {
			t.Errorf("README.md of %s does not show this picture:\n%s", name, picture)
		}
	}
}

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
	want := []string{
		"checkers-bfd",
		"director-farm",
		"experiment-1",
		"experiment-2",
		"experiment-3",
		"experiment-4",
		"experiment-5",
		"experiment-6",
		"ha-1",
		"hostile-servers",
		"lvs-dr-keepalived",
		"lvs-dr-script",
		"master-backup",
		"master-master",
		"nat-sync-group",
		"nginx-hot-standby",
		"router-pair",
		"stressed-pair",
		"web-hot-standby",
	}
	if diff := cmp.Diff(want, names); diff != "" {
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
	for _, tc := range []struct{ lab, node, script string }{
		{"hostile-servers", "lb", "usr/local/bin/check"},
		{"experiment-3", "node1", "etc/keepalived/notify.sh"}, {"experiment-3", "node2", "etc/keepalived/notify.sh"},
		{"experiment-4", "LB1", "etc/keepalived/notify.sh"}, {"experiment-4", "LB2", "etc/keepalived/notify.sh"},
		{"nginx-hot-standby", "host131", "etc/keepalived/nginx_check.sh"}, {"nginx-hot-standby", "host132", "etc/keepalived/nginx_check.sh"},
		{"ha-1", "keepalived-master", "etc/keepalived/fault.sh"}, {"ha-1", "keepalived-backup", "etc/keepalived/check_mysql.sh"},
		{"ha-1", "keepalived-master", "usr/local/bin/mysql"},
		{"nat-sync-group", "LB1", "usr/local/sbin/lvs-nat.sh"}, {"nat-sync-group", "LB2", "usr/local/sbin/lvs-nat.sh"},
		{"experiment-4", "RS1", "usr/local/sbin/rs.sh"}, {"experiment-4", "RS2", "usr/local/sbin/rs.sh"},
		{"experiment-5", "RS3", "usr/local/sbin/rs.sh"}, {"experiment-6", "LB1", "etc/keepalived/notify.sh"},
		{"lvs-dr-script", "lk1", "usr/local/sbin/lvs-dr.sh"}, {"lvs-dr-script", "lk2", "usr/local/sbin/lvs-dr.sh"},
		{"lvs-dr-script", "web1", "usr/local/sbin/lvs-rs.sh"}, {"lvs-dr-keepalived", "web2", "usr/local/sbin/lvs-rs.sh"},
		{"director-farm", "rs1", "usr/local/sbin/tunnels.sh"}, {"director-farm", "lb", "usr/local/sbin/note.sh"},
	} {
		top, err := Load(tc.lab)
		if err != nil {
			t.Fatal(err)
		}
		files, err := top.FileSystem(tc.node)
		if err != nil {
			t.Fatal(err)
		}
		info, err := fs.Stat(files, tc.script)
		if err != nil || info.Mode() != 0o755 {
			t.Errorf("%s: %s on %s: %v, %v", tc.lab, tc.script, tc.node, info, err)
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

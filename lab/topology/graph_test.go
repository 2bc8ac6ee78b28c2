package topology

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and the schema")

func TestGraph(t *testing.T) {
	top := loadDemo(t)
	top.Title = `Two "web" servers \ one`
	top.Networks["ha-link"] = &Network{}
	top.Networks["unused"] = &Network{}
	top.Nodes["web1"].Interfaces["eth1"] = &Interface{Network: "ha-link"}
	top.Nodes["web2"].Interfaces["eth0"].Addresses = append(top.Nodes["web2"].Interfaces["eth0"].Addresses,
		top.Nodes["web1"].Interfaces["lo"].Addresses...)
	top.Nodes["alone"] = &Node{Services: map[string]*Service{"sleep": {Command: []string{"sleep"}}}}
	top.Nodes["web3"] = &Node{Interfaces: map[string]*Interface{"eth0": {Network: "lan"}}}
	top.FillDefaults()
	g := top.Graph()
	for file, got := range map[string]string{"graph.mmd": g.Mermaid(), "graph.dot": g.Dot(), "graph.txt": g.Text()} {
		t.Run(file, func(t *testing.T) { golden(t, file, got) })
	}
}

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

package conf

import (
	"bytes"
	"strings"
	"testing"
)

// TestRelocate: a configuration that went through text knows its virtual servers'
// places in the file.
func TestRelocate(t *testing.T) {
	text := "! one\n\n" + strings.Repeat("virtual_server 10.0.0.%d 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.9 80 {\n}\n}\n", 2)
	text = strings.Replace(strings.Replace(text, "%d", "1", 1), "%d", "2", 1)
	first, _ := Read(strings.NewReader(text), "/etc/k: v.conf")
	var b bytes.Buffer
	if err := first.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	second, _ := Read(&b, "memory")
	second.Relocate()
	for n, v := range second.VirtualServers {
		if want := first.VirtualServers[n].Pos; v.Pos != want || !strings.HasPrefix(v.Pos.String(), "/etc/k: v.conf:") {
			t.Errorf("%v, want %v", v.Pos, want)
		}
	}
	if len(second.VirtualServers) != 2 {
		t.Errorf("%d virtual servers", len(second.VirtualServers))
	}
	for _, line := range []string{"", "#", "# ", "x # default", "# a:1", "# :1:2", "# f:0:1", "# f:1:99999999999", "# f:x:1"} {
		if p, ok := placeIn(line); ok {
			t.Errorf("%q: %v", line, p)
		}
	}
}

package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// large is a configuration of some 100,000 lines: 100 virtual servers with 100
// real servers each.
func large() string {
	var b strings.Builder
	for v := range 100 {
		fmt.Fprintf(&b, "virtual_server 10.0.%d.1 80 {\n    delay_loop 6\n    lb_algo wrr\n    lb_kind DR\n    protocol TCP\n", v)
		for s := range 100 {
			fmt.Fprintf(&b, "    real_server 192.168.%d.%d 80 {\n        weight 100\n        HTTP_GET {\n            url {\n"+
				"                path /status.html\n                status_code 200\n            }\n"+
				"            connect_timeout 3\n            retry 3\n        }\n    }\n", v, s)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	text := large()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	lines := strings.Count(text, "\n")
	for b.Loop() {
		servers := 0
		r := NewReader(Options{}, func(d diag.Diagnostic) { b.Fatal(d) })
		for s := range r.Read(text, "keepalived.conf", "") {
			servers += len(s.Block)
		}
		if servers != 100*104 {
			b.Fatal(servers)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}

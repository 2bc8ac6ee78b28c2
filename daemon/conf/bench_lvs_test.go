package conf

import (
	"fmt"
	"strings"
	"testing"
)

// manyServers is a file of virtual servers with as many real servers each, ten
// lines a server.
func manyServers(virtual, real int) string {
	var b strings.Builder
	for i := range virtual {
		fmt.Fprintf(&b, "virtual_server 10.1.%d.%d 80 {\n    delay_loop 6\n    lb_algo wrr\n    lb_kind NAT\n    protocol TCP\n", i/250, i%250+1)
		for j := range real {
			fmt.Fprintf(&b, "    real_server 10.2.%d.%d 8080 {\n        HTTP_GET {\n            url {\n                path /\n                status_code 200\n            }\n"+
				"            connect_timeout 3\n            retry 3\n            delay_before_retry 2\n        }\n    }\n", j/250, j%250+1)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// BenchmarkLoad10k reads and checks 10,000 real servers in 100 virtual servers.
func BenchmarkLoad10k(b *testing.B) {
	text := manyServers(100, 100)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		cfg, err := Read(strings.NewReader(text), "keepalived.conf")
		if err != nil || len(cfg.Diagnostics) > 0 {
			b.Fatal(err, cfg.Diagnostics)
		}
	}
}

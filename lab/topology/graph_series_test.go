package topology

import (
	"strings"
	"testing"
)

func TestInSeries(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"httpd,keepalived":               "httpd,keepalived",
		"a1,a10,a2,a3,a4,a5,a6,a7,a8,a9": "a1 to a10",
		"a1,a2,a3":                       "a1,a2,a3",
		"a1,a2,a3,a5":                    "a1,a2,a3,a5",
		"a3,a4,a5,a6,b":                  "a3 to a6,b",
		"a01,a02,a03,a04":                "a01,a02,a03,a04",
		"b,c1,c2,c3,c4,d1":               "b,c1 to c4,d1",
	} {
		var names []string
		if in != "" {
			names = strings.Split(in, ",")
		}
		if got := strings.Join(inSeries(names), ","); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

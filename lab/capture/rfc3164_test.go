package capture

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSyslogParse(t *testing.T) {
	const stamp = "Nov 20 06:00:00"
	rows := []struct {
		name string
		data string
		want syslogMessage
	}{
		{"glibc", "<30>Nov 20 06:00:00 Keepalived_vrrp[123]: (VI_1) Entering MASTER STATE",
			syslogMessage{"daemon", "info", "Keepalived_vrrp", "123", stamp, "(VI_1) Entering MASTER STATE"}},
		{"glibc without LOG_PID", "<13>Nov 20 06:00:00 root: hello: world",
			syslogMessage{"user", "notice", "root", "", stamp, "hello: world"}},
		{"first of the month", "<30>Nov  2 06:00:00 a[1]: b", syslogMessage{"daemon", "info", "a", "1", "Nov  2 06:00:00", "b"}},
		{"Go's log/syslog ends its lines", "<27>Nov 20 06:00:00 vipd[7]: text\n",
			syslogMessage{"daemon", "err", "vipd", "7", stamp, "text"}},
		{"local3", "<158>Nov 20 06:00:00 Keepalived[9]: x", syslogMessage{"local3", "info", "Keepalived", "9", stamp, "x"}},
		{"no tag", "<30>Nov 20 06:00:00 several words", syslogMessage{"daemon", "info", "", "", stamp, "several words"}},
		{"no time stamp", "<14>prog[5]: text", syslogMessage{"user", "info", "prog", "5", "", "text"}},
		{"no time stamp, no tag", "<14>some text", syslogMessage{"user", "info", "", "", "", "some text"}},
		{"a tag that is none", "<14>prog[x]: text", syslogMessage{"user", "info", "", "", "", "prog[x]: text"}},
		{"NUL at the end, as Python sends it", "<11>text\x00", syslogMessage{"user", "err", "", "", "", "text"}},
		{"no priority", "plain text", syslogMessage{"user", "notice", "", "", "", "plain text"}},
		{"impossible priority", "<999>x", syslogMessage{"user", "notice", "", "", "", "<999>x"}},
		{"two lines", "<30>Nov 20 06:00:00 a[1]: one\ntwo", syslogMessage{"daemon", "info", "a", "1", stamp, "one\ntwo"}},
		{"not ASCII", "<30>Nov 20 06:00:00 a[1]: größer", syslogMessage{"daemon", "info", "a", "1", stamp, "größer"}},
		{"empty text", "<30>Nov 20 06:00:00 a[1]: ", syslogMessage{"daemon", "info", "a", "1", stamp, ""}},
		{"a colon in the first word", "<14>http://192.0.2.1/ is down", syslogMessage{"user", "info", "", "", "", "http://192.0.2.1/ is down"}},
		{"a time that is none", "<14>Nov 20 26:00:00 a: b", syslogMessage{"user", "info", "", "", "", "Nov 20 26:00:00 a: b"}},
		{"nothing", "", syslogMessage{"user", "notice", "", "", "", ""}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, parseSyslog([]byte(row.data)), cmp.AllowUnexported(syslogMessage{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSyslogLine(t *testing.T) {
	now := time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)
	rows := []struct {
		name string
		m    syslogMessage
		want string
	}{
		{"whole", syslogMessage{source: "a", pid: "1", stamp: "Nov 20 06:00:01", text: "text"}, "Nov 20 06:00:01 web1 a[1]: text\n"},
		{"no pid", syslogMessage{source: "a", stamp: "Nov 20 06:00:01", text: "text"}, "Nov 20 06:00:01 web1 a: text\n"},
		{"text alone", syslogMessage{text: "text"}, "Nov  2 06:00:00 web1 text\n"},
		{"two lines stay one, as rsyslog writes them", syslogMessage{text: "one\ntwo"}, "Nov  2 06:00:00 web1 one#012two\n"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := row.m.line("web1", now); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func FuzzSyslogParse(f *testing.F) {
	for _, s := range []string{"<30>Nov 20 06:00:00 a[1]: b", "<14>x: y", "<", "<13>", "<30>Nov 20 06:00:00 host a b", "\x00\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := parseSyslog([]byte(s))
		if m.facility == "" || m.severity == "" {
			t.Errorf("no priority in %+v", m)
		}
		if words := strings.Fields(m.text); len(words) > 0 && !strings.Contains(s, words[len(words)-1]) {
			t.Errorf("text %q is not of %q", m.text, s)
		}
		if line := m.line("h", time.Unix(0, 0)); strings.Count(line, "\n") != 1 {
			t.Errorf("line %q", line)
		}
	})
}

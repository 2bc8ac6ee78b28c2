package capture

import (
	"errors"
	"strings"
	"testing"
)

func TestParseSyslogRules(t *testing.T) {
	rules, err := ParseSyslogRules(`# what the course adds is the last line
$ModLoad imuxsock
module(load="imklog")

*.info;mail,authpriv.none   -/var/log/messages
kern.=warning	/var/log/warnings
local3.*  /var/log/keepalived.log
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ facility, severity, want string }{
		{"daemon", "info", "/var/log/messages"},
		{"daemon", "emerg", "/var/log/messages"},
		{"daemon", "debug", ""},
		{"mail", "err", ""},
		{"authpriv", "err", ""},
		{"kern", "warning", "/var/log/messages /var/log/warnings"},
		{"kern", "err", "/var/log/messages"},
		{"local3", "debug", "/var/log/keepalived.log"},
		{"local3", "info", "/var/log/messages /var/log/keepalived.log"},
		{"local9", "info", ""},
		{"local3", "loud", ""},
	} {
		var got []string
		for _, r := range rules {
			if r.Selector.Selects(tc.facility, tc.severity) {
				got = append(got, r.File)
			}
		}
		if got := strings.Join(got, " "); got != tc.want {
			t.Errorf("%s.%s goes to %q, want %q", tc.facility, tc.severity, got, tc.want)
		}
	}
}

func TestParseSyslogRulesRefuses(t *testing.T) {
	for _, text := range []string{
		"local3.*", "local3.* /a /b", "local3.* messages", "local3.* @host", "local3 /var/log/x",
		"local33.* /var/log/x", "local3.loud /var/log/x", "local3.*;x /var/log/x", ".* /var/log/x",
	} {
		if _, err := ParseSyslogRules("\n" + text); !errors.Is(err, ErrSyslogRule) || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestEverything(t *testing.T) {
	for _, f := range facilities {
		for _, s := range severities {
			if !Everything().Selects(f, s) {
				t.Errorf("%s.%s is not selected", f, s)
			}
		}
	}
}

func FuzzParseSyslogRules(f *testing.F) {
	f.Add("*.info;mail.none /var/log/messages")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ParseSyslogRules(text); err != nil && !errors.Is(err, ErrSyslogRule) {
			t.Error(err)
		}
	})
}

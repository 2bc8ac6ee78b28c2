package notify

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCompose holds a mail to the header that keepalived gives it.
func TestCompose(t *testing.T) {
	m := Mail{Router: "R1", Helo: "helo.test", From: "k@example.org", To: []string{"a@example.org", "Some Body <b@example.org>", "root"}}.withDefaults()
	at := time.Date(2026, 11, 20, 9, 48, 40, 0, time.FixedZone("", 3600))
	l := m.compose(at, "VRRP Instance V - Entering MASTER state", "text")
	got := regexp.MustCompile(`<[A-Z2-7]{26}@`).ReplaceAllString(string(l.text), "<ID@")
	want := strings.ReplaceAll(`Date: Fri, 20 Nov 2026 09:48:40 +0100
From: k@example.org
Subject: [R1] VRRP Instance V - Entering MASTER state
X-Mailer: Keepalived
To: a@example.org, Some Body <b@example.org>, root
Message-ID: <ID@helo.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

=> text <=
`, "\n", "\r\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a@example.org", "b@example.org", "root"}, l.to); diff != "" {
		t.Errorf("recipients (-want +got)\n%s", diff)
	}
}

// TestComposeForeign: names that are not ASCII, or that try to be more than names.
func TestComposeForeign(t *testing.T) {
	m := Mail{Router: "Zürich", From: "k@example.org\r\nBcc: x@example.org", To: []string{"a@example.org"}}.withDefaults()
	l := m.compose(time.Now(), "VRRP Instance Grüße\r\nX: y - Stopping", "Grüße =3D")
	msg, err := mail.ReadMessage(strings.NewReader(string(l.text)))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if want := "[Zürich] VRRP Instance Grüße\r\nX: y - Stopping"; subject != want || err != nil || msg.Header.Get("X") != "" || msg.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, %v, header %v", subject, err, msg.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if string(body) != "=> Grüße =3D <=\r\n" || err != nil {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestMailDefaults(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	m := Mail{}.withDefaults()
	if m.on() || m.Router != host || m.Helo != host || m.Port != 25 || m.Timeout != 30*time.Second || !strings.HasSuffix(m.From, "@"+host) || m.From[0] == '@' {
		t.Errorf("%+v", m)
	}
}

// TestSubjects: each event's subject and body, and which events have mail.
func TestSubjects(t *testing.T) {
	s := serveMail(t)
	with := &Hooks{Mail: true}
	transition := func(k Kind, name string, st State) Event {
		return Transition{Kind: k, Name: name, State: st, Hooks: with}
	}
	const vs, rs = "[10.0.0.100]:tcp:80", "[192.168.0.1]:tcp:80"
	rows := []struct {
		event Event
		want  string // subject and body; empty: no mail
	}{
		{transition(Instance, "V", Master), "VRRP Instance V - Entering MASTER state: instance V owns its virtual addresses now"},
		{transition(Instance, "V", Backup), "VRRP Instance V - Entering BACKUP state: instance V does not own its virtual addresses any more"},
		{transition(Instance, "V", Fault), "VRRP Instance V - Entering FAULT state: instance V does not own its virtual addresses any more"},
		{transition(Instance, "V", Stop), "VRRP Instance V - Stopping: instance V: the daemon stops"},
		{transition(Instance, "V", Deleted), "VRRP Instance V - Deleted: instance V is no longer part of the configuration"},
		{transition(Group, "G", Master), "VRRP Group G - Entering MASTER state: group G: all instances are in state MASTER"},
		{transition(Group, "G", Stop), "VRRP Group G - Stopping: group G: the daemon stops, and all instances with it"},
		{Transition{Kind: Instance, Name: "no mail", State: Master, Hooks: &Hooks{}}, ""},
		{Transition{Kind: Instance, Name: "no hooks", State: Master}, ""},
		{Transition{Kind: Instance, Name: "repeated", State: Master, Hooks: with, Repeat: true}, ""},
		{ServerEvent{Virtual: vs, Real: rs, Up: true, Mail: true, Detail: "it answers"}, "Realserver " + rs + " of virtual server " + vs + " - UP: it answers"},
		{ServerEvent{Virtual: vs, Real: rs, Mail: true, Detail: "it does not"}, "Realserver " + rs + " of virtual server " + vs + " - DOWN: it does not"},
		{ServerEvent{Virtual: vs, Up: true, Mail: true, Detail: "quorum 2 of 1"}, "Virtualserver " + vs + " - UP: quorum 2 of 1"},
		{ServerEvent{Virtual: vs, Real: rs, Up: true, Detail: "no mail"}, ""},
	}
	rules := []struct {
		faults, servers bool // not to be told
		skip            string
	}{{false, false, "\x00"}, {true, false, "FAULT"}, {false, true, "Realserver"}}
	seen := 0
	for _, rule := range rules {
		conf := s.conf("a@example.org")
		conf.NoFaults, conf.NoServers = rule.faults, rule.servers
		n, _ := newTestNotifier(t, Config{Mail: conf})
		var want []string
		for _, row := range rows {
			n.Post(row.event)
			if row.want != "" && !strings.Contains(row.want, rule.skip) {
				want = append(want, row.want)
			}
		}
		var got []string
		for _, mail := range s.wait(seen + len(want))[seen:] {
			got = append(got, gist(t, mail))
		}
		if err := n.Close(t.Context()); err != nil {
			t.Error(err)
		}
		seen += len(want)
		if diff := cmp.Diff(want, got); diff != "" || s.count() != seen {
			t.Errorf("%+v: %d mails in all, want %d (-want +got)\n%s", rule, s.count(), seen, diff)
		}
	}
}

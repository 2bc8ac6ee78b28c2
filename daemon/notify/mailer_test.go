package notify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

func newTestMailer(t *testing.T, c Mail) (*mailer, *record) {
	log := newRecord(t)
	m := newMailer(c, log, quickTiming)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		m.close(ctx)
		if t.Failed() {
			t.Logf("log:\n%v", log)
		}
	})
	return m, log
}

// numbers are the subjects of mails.
func numbers(t *testing.T, list []received) string {
	var got []string
	for _, r := range list {
		n, _, _ := strings.Cut(gist(t, r), ":")
		got = append(got, n)
	}
	return strings.Join(got, " ")
}

func TestEnvelope(t *testing.T) {
	s := serveMail(t)
	c := s.conf("a@example.org", "Some Body <b@example.org>", "root") // what to make of root is the server's to say
	c.From = "Keep Alived <k@example.org>"
	m, log := newTestMailer(t, c)
	send(m, 1)
	got := s.wait(1)[0]
	if diff := cmp.Diff([]string{"a@example.org", "b@example.org"}, got.to); diff != "" || got.from != "k@example.org" || got.helo != "helo.test" || got.encrypted {
		t.Errorf("%+v (-want +got)\n%s", got, diff)
	}
	log.until(`sent "[R1] 1" to [a@example.org b@example.org]`)
	log.until(`"[R1] 1" to [root] refused: 501`)
}

// TestRefusal: each recipient stands alone. Whom the server refuses for good is
// left out, whom it refuses for now is tried again.
func TestRefusal(t *testing.T) {
	later := &smtp.SMTPError{Code: 451, Message: "come again"}
	never := &smtp.SMTPError{Code: 550, Message: "no such user"}
	rows := []struct {
		name   string
		refuse map[string][]error
		want   [][]string // recipients of each mail that is taken
		lost   uint64
	}{
		{"one for good", map[string][]error{"b@x": {never}}, [][]string{{"a@x", "c@x"}}, 1},
		{"all for good", map[string][]error{"a@x": {never}, "b@x": {never}, "c@x": {never}}, nil, 3},
		{"one for now", map[string][]error{"b@x": {later, later}}, [][]string{{"a@x", "c@x"}, {"b@x"}}, 0},
		{"first for now, then for good", map[string][]error{"b@x": {later, never}}, [][]string{{"a@x", "c@x"}}, 1},
		{"the mail for good", map[string][]error{"": {never}}, nil, 1},
		{"the mail for now", map[string][]error{"": {later, later}}, [][]string{{"a@x", "b@x", "c@x"}}, 0},
		{"server closes", map[string][]error{"c@x": {&smtp.SMTPError{Code: 421, Message: "going down"}}}, [][]string{{"a@x", "b@x", "c@x"}}, 0},
		{"connection lost", map[string][]error{"": {errHangUp, errHangUp}}, [][]string{{"a@x", "b@x", "c@x"}}, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := serveMail(t)
			s.refuse = row.refuse
			m, log := newTestMailer(t, s.conf("a@x", "b@x", "c@x"))
			send(m, 1)
			eventually(func() bool { return log.count("sent") == len(row.want) && m.lost.Load() == row.lost && idle(m) })
			var got [][]string
			for _, r := range s.wait(len(row.want)) {
				got = append(got, r.to)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			send(m, 2) // and the next mail comes through
			s.wait(len(row.want) + 1)
		})
	}
}

func idle(m *mailer) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.letters) == 0
}

// TestServerDown: mails wait in order until the server is there.
func TestServerDown(t *testing.T) {
	s := &mailServer{port: freePort(t)}
	m, log := newTestMailer(t, s.conf("a@x"))
	send(m, 1, 2)
	for _, pause := range []string{"10ms", "20ms", "40ms", "50ms"} {
		log.until("connection refused, next try in " + pause)
	}
	send(m, 3)
	up := serveMail(t)
	m.set(up.conf("b@x"))
	got := up.wait(3)
	if numbers(t, got) != "1 2 3" || got[2].to[0] != "a@x" || m.lost.Load() != 0 {
		t.Errorf("%s to %v, %d lost", numbers(t, got), got[2].to, m.lost.Load())
	}
}

// TestSetTriesAgain: another server is not made to wait for what the one before
// has failed at.
func TestSetTriesAgain(t *testing.T) {
	log := newRecord(t)
	m := newMailer(Mail{Server: "127.0.0.1", Port: freePort(t), To: []string{"a@x"}}, log, patient)
	defer m.close(t.Context())
	send(m, 1)
	log.until("refused, next try in 1h")
	s := serveMail(t)
	m.set(s.conf("a@x"))
	s.wait(1)
}

// patient is a timing by which nothing is tried again.
var patient = timing{time.Hour, time.Hour, 2 * time.Hour}

// freePort is one that nobody listens on.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// silent is a server that takes connections and says nothing, or no more than
// words. It returns its port and what tells of connections.
func silent(t *testing.T, words string) (port uint16, taken <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns, ended := make(chan struct{}, 100), make(chan struct{})
	go func() {
		defer close(ended)
		var open []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			open = append(open, c)
			_, _ = c.Write([]byte(words))
			conns <- struct{}{}
		}
		for _, c := range open {
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return uint16(l.Addr().(*net.TCPAddr).Port), conns
}

// TestServerHangs: at whatever point it does, the time-out ends it, and the
// daemon's end does not wait for that.
func TestServerHangs(t *testing.T) {
	for _, words := range []string{"", "220 hello\r\n", "220 hello\r\n250 hello\r\n250 sender\r\n250 recipient\r\n354 go on\r\n"} {
		t.Run(fmt.Sprint(len(words)), func(t *testing.T) {
			port, taken := silent(t, words)
			conf := Mail{Server: "127.0.0.1", Port: port, To: []string{"a@x"}, Timeout: 50 * time.Millisecond}
			m, log := newTestMailer(t, conf)
			send(m, 1)
			<-taken
			log.until("i/o timeout, next try")
			<-taken // the next try

			conf.Port, taken = silent(t, words)
			conf.Timeout = time.Hour
			m, log = newTestMailer(t, conf)
			send(m, 1, 2)
			<-taken
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			m.close(ctx)
			if m.lost.Load() != 2 {
				t.Errorf("%d lost, log:\n%v", m.lost.Load(), log)
			}
		})
	}
}

// TestCloseFlushes: what waits is sent at the end, although its time has not come.
func TestCloseFlushes(t *testing.T) {
	s := serveMail(t)
	s.refuse["a@x"] = []error{&smtp.SMTPError{Code: 451, Message: "later"}}
	log := newRecord(t)
	m := newMailer(s.conf("a@x"), log, patient)
	send(m, 1)
	log.until("refused: 451")
	send(m, 2)
	s.wait(1)
	m.close(t.Context())
	if got := numbers(t, s.wait(2)); got != "2 1" || m.lost.Load() != 0 {
		t.Errorf("%s, %d lost", got, m.lost.Load())
	}

	m = newMailer(s.conf("a@x"), log, patient)
	s.refuse["a@x"] = []error{&smtp.SMTPError{Code: 451, Message: "later"}, &smtp.SMTPError{Code: 451, Message: "later"}}
	send(m, 3)
	m.close(t.Context())
	if m.lost.Load() != 1 || log.count(`gave up "[R1] 3"`) != 1 {
		t.Errorf("%d lost, log:\n%v", m.lost.Load(), log)
	}
}

// TestCloseTriesServer: the end does not wait for the time to try the server again.
func TestCloseTriesServer(t *testing.T) {
	port, log := freePort(t), newRecord(t)
	m := newMailer(Mail{Server: "127.0.0.1", Port: port, To: []string{"a@x"}, From: "k@x"}, log, patient)
	send(m, 1)
	log.until("refused, next try in 1h")
	s := serveMail(t, func(s *mailServer) { s.at = fmt.Sprintf("127.0.0.1:%d", port) })
	m.close(t.Context())
	if s.count() != 1 || m.lost.Load() != 0 {
		t.Errorf("%d sent, log:\n%v", s.count(), log)
	}
}

// TestSlowServer: each mail has its own time.
func TestSlowServer(t *testing.T) {
	s := serveMail(t, func(s *mailServer) { s.delay = 150 * time.Millisecond })
	c := s.conf("a@x")
	c.Timeout = time.Second
	m, log := newTestMailer(t, c)
	m.mu.Lock()
	for n := range 10 {
		m.queue(m.conf.compose(time.Now(), fmt.Sprint(n), "text"))
	}
	m.rouse()
	m.mu.Unlock()
	s.wait(10)
	if log.count("next try") != 0 {
		t.Errorf("log:\n%v", log)
	}
}

// TestQueue: what failed before goes last, and a server that has taken one mail
// is not as bad as one that takes none.
func TestQueue(t *testing.T) {
	now := time.Now()
	m := &mailer{log: newRecord(t), timing: patient}
	letters := []*letter{{subject: "a", tries: 2}, {subject: "b"}, {subject: "c", due: now.Add(time.Hour)}, {subject: "d"}}
	for i, l := range letters {
		l.at, l.to = now.Add(time.Duration(i)-time.Minute), []string{"a@x"}
	}
	m.queue(letters...)
	order := func(list []*letter) (text string) {
		for _, l := range list {
			text += l.subject
		}
		return text
	}
	batch, _ := m.take(now)
	if order(batch) != "bda" || order(m.letters) != "c" {
		t.Errorf("took %s, left %s", order(batch), order(m.letters))
	}
	m.failures = 7
	m.settle(batch, 1, net.ErrClosed, now)
	if m.failures != 1 || m.retry != now.Add(time.Hour) || order(m.letters) != "abcd" {
		t.Errorf("%d failures, next try in %v, %s", m.failures, m.retry.Sub(now), order(m.letters))
	}
	if batch, _ = m.take(now); batch != nil {
		t.Errorf("took %s", order(batch))
	}
	m.settle(nil, 0, net.ErrClosed, now)
	if m.failures != 2 {
		t.Errorf("%d failures", m.failures)
	}
}

// TestTooMany: the oldest go.
func TestTooMany(t *testing.T) {
	port, taken := silent(t, "")
	m, log := newTestMailer(t, Mail{Server: "127.0.0.1", Port: port, To: []string{"a@x"}, Timeout: time.Hour})
	send(m, 0)
	<-taken // that one is on its way
	for n := range maxLetters + 10 {
		send(m, n+1)
	}
	if m.lost.Load() != 10 || log.count("the oldest are dropped") != 1 || !strings.HasSuffix(m.letters[0].subject, "] 11") {
		t.Errorf("%d lost, first %s, log:\n%v", m.lost.Load(), m.letters[0].subject, log)
	}
	m.set(Mail{})
	if len(m.letters) != 0 || log.count(fmt.Sprintf("mail is off now, %d were not sent", maxLetters)) != 1 {
		t.Errorf("%d wait, log:\n%v", len(m.letters), log)
	}
	send(m, 1)
	if len(m.letters) != 0 {
		t.Error("mail is off, but waits")
	}
}

func TestOld(t *testing.T) {
	s := serveMail(t)
	s.refuse["a@x"] = []error{&smtp.SMTPError{Code: 451, Message: "later"}}
	log := newRecord(t)
	m := newMailer(s.conf("a@x"), log, timing{time.Millisecond, time.Millisecond, 0})
	send(m, 1)
	log.until(`gave up "[R1] 1" to [a@x]`)
	m.close(t.Context())
}

// TestEncryption: what goes to whom, and how.
func TestEncryption(t *testing.T) {
	config, pool := certificate(t)
	old := &tls.Config{Certificates: config.Certificates, MaxVersion: tls.VersionTLS11}
	withTLS := func(s *mailServer) { s.smtp.TLSConfig = config }
	withOld := func(s *mailServer) { s.smtp.TLSConfig = old }
	withLogin := func(s *mailServer) { s.login = true }
	insecureLogin := func(s *mailServer) { s.login, s.smtp.AllowInsecureAuth = true, true }
	user := func(m *Mail) { m.User, m.Password = "me", "secret" }
	rows := []struct {
		name   string
		server []func(*mailServer)
		conf   func(*Mail)
		want   string // of the mail that is taken, or of the log
	}{
		{"none, not offered", nil, func(*Mail) {}, "plain"},
		{"none, offered", []func(*mailServer){withTLS}, func(*Mail) {}, "plain"},
		{"opportunistic, not offered", nil, func(m *Mail) { m.TLS = TLSOpportunistic }, "plain"},
		{"opportunistic, by a stranger", []func(*mailServer){withTLS}, func(m *Mail) { m.TLS = TLSOpportunistic }, "encrypted"},
		{"opportunistic, but fails", []func(*mailServer){withOld}, func(m *Mail) { m.TLS = TLSOpportunistic }, "plain"},
		{"required, not offered", nil, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool }, "does not support STARTTLS"},
		{"required, by a stranger", []func(*mailServer){withTLS}, func(m *Mail) { m.TLS = TLSRequired }, "certificate"},
		{"required, but fails", []func(*mailServer){withOld}, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool }, "protocol version"},
		{"required", []func(*mailServer){withTLS}, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool }, "encrypted"},
		{"login", []func(*mailServer){withTLS, withLogin}, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool; user(m) }, "encrypted as me"},
		{"login, opportunistic", []func(*mailServer){withTLS, withLogin}, func(m *Mail) { m.TLS, m.Roots = TLSOpportunistic, pool; user(m) }, "encrypted as me"},
		{"login, opportunistic, by a stranger", []func(*mailServer){withTLS, withLogin}, func(m *Mail) { m.TLS = TLSOpportunistic; user(m) }, "certificate"},
		{"login, in plain text", []func(*mailServer){insecureLogin}, user, "autodiscover was not able"},
		{"login, but missing", []func(*mailServer){withTLS, withLogin}, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool }, "502"},
		{"login, wrong", []func(*mailServer){withTLS, withLogin}, func(m *Mail) { m.TLS, m.Roots = TLSRequired, pool; user(m); m.Password = "x" }, "535"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := serveMail(t, row.server...)
			c := s.conf("a@x")
			row.conf(&c)
			m, log := newTestMailer(t, c)
			send(m, 1)
			if !strings.HasPrefix(row.want, "plain") && !strings.HasPrefix(row.want, "encrypted") {
				log.until(row.want)
				if s.count() != 0 {
					t.Errorf("it was sent: %+v", s.wait(1))
				}
				return
			}
			got := "plain"
			if r := s.wait(1)[0]; r.encrypted {
				got = strings.TrimSuffix("encrypted as "+r.user, " as ")
			}
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestBatches: many mails go over few connections, in order but for one that is
// to come again.
func TestBatches(t *testing.T) {
	s := serveMail(t)
	s.refuse["a@x"] = []error{&smtp.SMTPError{Code: 451, Message: "later"}}
	m, _ := newTestMailer(t, s.conf("a@x"))
	m.mu.Lock() // so that all wait before the first is sent
	var want []string
	for n := range 2*maxBatch + 50 {
		m.queue(m.conf.compose(time.Now(), fmt.Sprint(n), "text"))
		want = append(want, fmt.Sprint(n))
	}
	m.rouse()
	m.mu.Unlock()
	got := strings.Fields(numbers(t, s.wait(len(want))))
	late := slices.Index(got, "0")
	if late < maxBatch-1 {
		t.Fatalf("the one to come again is number %d", late)
	}
	if diff := cmp.Diff(want[1:], slices.Delete(got, late, late+1)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) < 3 || len(s.conns) > 4 {
		t.Errorf("%d connections", len(s.conns))
	}
}

// TestPoison: a mail at which the server always hangs up does not hold up those
// after it.
func TestPoison(t *testing.T) {
	s := serveMail(t)
	s.refuse["poison@x"] = slices.Repeat([]error{errHangUp}, 1000)
	m, log := newTestMailer(t, s.conf("poison@x"))
	send(m, 0)
	log.until("next try")
	m.set(s.conf("a@x"))
	send(m, 1, 2, 3)
	if got := numbers(t, s.wait(3)); got != "1 2 3" {
		t.Errorf("%s", got)
	}
}

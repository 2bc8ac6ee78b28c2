package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server that keeps what it gets.
type mailServer struct {
	t     *testing.T
	at    string // where it listens
	port  uint16
	delay time.Duration // before it takes a mail
	smtp  *smtp.Server

	mu     sync.Mutex
	more   *sync.Cond
	mails  []received
	refuse map[string][]error // of a recipient, or "" for DATA: what each try gets; nil: taken
	login  bool               // is asked for
	conns  []net.Conn
}

// received is a mail that the server has taken.
type received struct {
	from, user string
	to         []string
	encrypted  bool
	helo, text string
}

// serveMail starts a server that the test's end stops.
func serveMail(t *testing.T, change ...func(*mailServer)) *mailServer {
	t.Helper()
	s := &mailServer{t: t, at: "127.0.0.1:0", refuse: map[string][]error{}}
	s.more = sync.NewCond(&s.mu)
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns = append(s.conns, c.Conn())
		return &mailSession{server: s, conn: c}, nil
	}))
	s.smtp.Domain = "mail.test"
	s.smtp.ErrorLog = log.New(io.Discard, "", 0) // of connections that the tests have end
	for _, f := range change {
		f(s)
	}
	s.listen()
	return s
}

func (s *mailServer) listen() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.at)
	if err != nil {
		s.t.Fatal(err)
	}
	s.port = uint16(l.Addr().(*net.TCPAddr).Port)
	done := make(chan error)
	go func() { done <- s.smtp.Serve(l) }()
	s.t.Cleanup(func() {
		_ = s.smtp.Close()
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.t.Error(err)
		}
	})
}

// conf is a configuration for this server.
func (s *mailServer) conf(to ...string) Mail {
	return Mail{Router: "R1", Server: "127.0.0.1", Port: s.port, Helo: "helo.test", From: "k@example.org", To: to, Timeout: time.Minute}
}

// wait returns the first n mails. It ends with the test binary's own time-out,
// if they never come.
func (s *mailServer) wait(n int) []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.mails) < n {
		s.more.Wait()
	}
	return s.mails[:n]
}

func (s *mailServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.mails)
}

// answer is what a try gets.
func (s *mailServer) answer(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.refuse[key]
	if len(list) == 0 {
		return nil
	}
	s.refuse[key] = list[1:]
	return list[0]
}

type mailSession struct {
	server *mailServer
	conn   *smtp.Conn
	received
}

func (s *mailSession) AuthMechanisms() []string {
	if s.server.login {
		return []string{sasl.Plain}
	}
	return nil
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.login && s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.server.answer(to); errors.Is(err, errHangUp) {
		return s.conn.Conn().Close()
	} else if err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

// errHangUp has the server end the connection in the midst of a mail.
var errHangUp = errors.New("hang up")

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	time.Sleep(s.server.delay)
	if err := s.server.answer(""); errors.Is(err, errHangUp) {
		return s.conn.Conn().Close()
	} else if err != nil {
		return err
	}
	s.text, s.helo = string(text), s.conn.Hostname()
	_, s.encrypted = s.conn.TLSConnectionState()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, s.received)
	s.server.more.Broadcast()
	return nil
}

func (s *mailSession) Reset()        { s.from, s.to = "", nil }
func (s *mailSession) Logout() error { return nil }

// certificate is one for 127.0.0.1, and who vouches for it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// gist is a mail's subject and body.
func gist(t *testing.T, r received) string {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(r.text))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(msg.Body)
	if err != nil {
		t.Fatal(err)
	}
	line, arrows := strings.CutPrefix(strings.TrimSpace(string(body)), "=> ")
	line, more := strings.CutSuffix(line, " <=")
	if !arrows || !more {
		t.Errorf("body %q", body)
	}
	return strings.TrimPrefix(msg.Header.Get("Subject"), "[R1] ") + ": " + line
}

// send has the mailer of a test send a mail whose subject is a number.
func send(m *mailer, list ...int) {
	for _, n := range list {
		m.send(fmt.Sprint(n), "text")
	}
}

// quickTiming is such that no test has to wait for it.
var quickTiming = timing{10 * time.Millisecond, 50 * time.Millisecond, time.Hour}

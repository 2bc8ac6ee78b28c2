package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/viplab/viplab/lab/timeline"
	"github.com/viplab/viplab/lab/topology"
)

// spool is where the sink keeps mail, a file a user, as mail(1) reads it.
const spool = "/var/mail"

// maxMailBody is how much of a mail's body goes onto the timeline.
const maxMailBody = 4 << 10

// serveMail is the embedded mail sink: it takes every mail, keeps it in the
// recipients' mailboxes and prints it as JSON, a line each, for the lab.
func serveMail(blob string) error {
	var spec topology.Mail
	if err := json.Unmarshal([]byte(blob), &spec); err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	sink := &sink{spool: spool, out: os.Stdout, now: time.Now}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{sink: sink}, nil
	}))
	server.Addr, server.Domain = spec.Listen, "localhost"
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	closed := make(chan error, 1)
	context.AfterFunc(ctx, func() { closed <- server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return <-closed
}

// sink keeps mail.
type sink struct {
	spool string
	now   func() time.Time

	mu  sync.Mutex
	out io.Writer
}

// session is one SMTP connection's state.
type session struct {
	sink *sink
	from string
	to   []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return s.sink.take(s.from, s.to, string(text))
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }

// take keeps a mail and prints it.
func (s *sink) take(from string, to []string, text string) error {
	line, err := json.Marshal(parseMail(from, to, text))
	if err != nil {
		return fmt.Errorf("encode mail: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, address := range to {
		user, _, _ := strings.Cut(address, "@")
		if err := s.deliver(filepath.Base(user), from, text); err != nil {
			return fmt.Errorf("deliver to %s: %w", address, err)
		}
	}
	_, err = fmt.Fprintf(s.out, "%s\n", line)
	return err
}

// deliver appends a mail to a mailbox in mbox format (RFC 4155): a From line, the
// mail with its own From lines quoted, and an empty line.
func (s *sink) deliver(user, from, text string) error {
	if err := os.MkdirAll(s.spool, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(s.spool, user), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll("\n"+text, "\nFrom ", "\n>From ")[1:]
	_, err = fmt.Fprintf(f, "From %s %s\n%s\n\n", from, s.now().UTC().Format(time.ANSIC), strings.TrimSuffix(text, "\n"))
	return err
}

// parseMail makes of a mail what the timeline holds of it. One without a header
// is all body.
func parseMail(from string, to []string, text string) timeline.Mail {
	m := timeline.Mail{From: from, To: to}
	body := text
	if parsed, err := mail.ReadMessage(strings.NewReader(text)); err == nil {
		m.Subject = decodeHeader(parsed.Header.Get("Subject"))
		if b, err := io.ReadAll(parsed.Body); err == nil {
			body = string(b)
		}
	}
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	m.Body = body[:min(len(body), maxMailBody)]
	return m
}

// decodeHeader decodes RFC 2047 words; what cannot be decoded stays as it is.
func decodeHeader(text string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		return text
	}
	return decoded
}

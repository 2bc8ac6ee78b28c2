package notify

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"
)

// TLS is how connections to a mail server are encrypted (STARTTLS, RFC 3207).
type TLS int

// The ways. Required is the one to use with a login.
const (
	// TLSNone never encrypts, as keepalived has it.
	TLSNone TLS = iota
	// TLSOpportunistic encrypts where the server offers it, whoever it is, and
	// does without where that fails.
	TLSOpportunistic
	// TLSRequired sends nothing to a server without a certificate for its name.
	TLSRequired
)

// Mail is where mail goes.
type Mail struct {
	Router  string        // router_id, in subjects; empty: the host's name
	Server  string        // name or address of smtp_server; empty: no mail is sent
	Port    uint16        // default 25
	Timeout time.Duration // smtp_connect_timeout, of each step; default 30 s
	Helo    string        // smtp_helo_name; empty: the host's name
	From    string        // notification_email_from; empty: the daemon's user at its host
	To      []string      // notification_email; empty: no mail is sent
	// NoFaults is no_email_faults, NoServers no_checker_emails.
	NoFaults, NoServers bool

	TLS TLS
	// Roots are who vouches for the server's certificate; nil: the system's.
	Roots *x509.CertPool
	// User and Password log in, by the best way that the server offers; without
	// encryption by none that shows the password. Empty: no login.
	User, Password string
}

// defaults of Mail.
const (
	smtpPort    = 25
	smtpTimeout = 30 * time.Second
)

// withDefaults returns m with nothing left open, ready to be used.
func (m Mail) withDefaults() Mail {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	if m.Router == "" {
		m.Router = host
	}
	if m.Port == 0 {
		m.Port = smtpPort
	}
	if m.Timeout <= 0 {
		m.Timeout = smtpTimeout
	}
	if m.Helo == "" {
		m.Helo = host
	}
	if m.From == "" {
		name := "keepalived"
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
		m.From = name + "@" + host
	}
	return m
}

// on reports whether there is a server to send to, and somebody to read it.
func (m *Mail) on() bool { return m.Server != "" && len(m.To) > 0 }

// envelope is the bare address of "Name <user@host>". What is no address in the
// sense of RFC 5322, as a user's name alone, is left for the server to judge.
func envelope(address string) string {
	if a, err := mail.ParseAddress(address); err == nil {
		return a.Address
	}
	return address
}

// letter is a mail.
type letter struct {
	at      time.Time
	subject string
	text    []byte   // header and body
	to      []string // envelope addresses that have not had it
	tries   int
	due     time.Time // not to be tried before
}

// strike takes addresses off the letter.
func (l *letter) strike(list []string) {
	l.to = slices.DeleteFunc(slices.Clone(l.to), func(a string) bool { return slices.Contains(list, a) })
}

// mailerName says what sends a mail. Filters know it by this name.
const mailerName = "Keepalived"

// compose makes a mail with the header that keepalived gives it, and what
// RFC 5322 and MIME want.
func (m *Mail) compose(at time.Time, subject, line string) *letter {
	l := &letter{at: at, subject: "[" + m.Router + "] " + subject}
	var b bytes.Buffer
	head := func(name, value string) {
		fmt.Fprintf(&b, "%s: %s\r\n", name, strings.NewReplacer("\r", " ", "\n", " ").Replace(value))
	}
	head("Date", at.Format(time.RFC1123Z))
	head("From", m.From)
	head("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	head("X-Mailer", mailerName)
	head("To", strings.Join(m.To, ", "))
	head("Message-ID", "<"+rand.Text()+"@"+m.Helo+">")
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	body := "=> " + line + " <=\r\n"
	if isASCII(body) {
		head("Content-Transfer-Encoding", "7bit")
		b.WriteString("\r\n" + body)
	} else {
		head("Content-Transfer-Encoding", "quoted-printable")
		b.WriteString("\r\n")
		q := quotedprintable.NewWriter(&b)
		_, _ = q.Write([]byte(body)) // a buffer takes everything
		_ = q.Close()
	}
	l.text = b.Bytes()
	for _, address := range m.To {
		l.to = append(l.to, envelope(address))
	}
	return l
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 126 })
}

// subject and body say what a transition was.

func (e *Transition) subject() string {
	what := "VRRP Instance " + e.Name
	if e.Kind == Group {
		what = "VRRP Group " + e.Name
	}
	switch e.State {
	case Stop:
		return what + " - Stopping"
	case Deleted:
		return what + " - Deleted"
	}
	return what + " - Entering " + string(e.State) + " state"
}

func (e *Transition) body() string {
	switch {
	case e.Kind == Group && e.State == Stop:
		return "group " + e.Name + ": the daemon stops, and all instances with it"
	case e.Kind == Group:
		return "group " + e.Name + ": all instances are in state " + string(e.State)
	case e.State == Master:
		return "instance " + e.Name + " owns its virtual addresses now"
	case e.State == Stop:
		return "instance " + e.Name + ": the daemon stops"
	case e.State == Deleted:
		return "instance " + e.Name + " is no longer part of the configuration"
	}
	return "instance " + e.Name + " does not own its virtual addresses any more"
}

func (e *ServerEvent) subject() string {
	what := "Virtualserver " + e.Virtual
	if e.Real != "" {
		what = "Realserver " + e.Real + " of virtual server " + e.Virtual
	}
	return what + " - " + e.word()
}

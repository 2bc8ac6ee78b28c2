package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// deliver sends letters over one connection and takes those off their
// recipients that have them, or never will. What is left is to be tried again.
// An error says that the server cannot be reached, or was lost on the way after
// done letters.
func (m *mailer) deliver(ctx context.Context, conf *Mail, batch []*letter) (done int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s port %d: %w", conf.Server, conf.Port, err)
		}
	}()
	conn, client, err := dial(ctx, conf)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	for _, l := range batch {
		err := m.transact(client, conf, l)
		if len(l.to) > 0 {
			l.tries++
			l.due = time.Now().Add(m.timing.pause(l.tries))
		}
		if err != nil {
			return done, err
		}
		done++
	}
	_ = client.Quit() // all that matters is done
	return done, nil
}

// conn is a connection that ends with a context.
type conn struct {
	net.Conn
	stop func() bool
}

func (c *conn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// dial connects, says hello, encrypts and logs in, as conf wants it.
func dial(ctx context.Context, conf *Mail) (*conn, *smtp.Client, error) {
	c, client, err := connect(ctx, conf, conf.policy())
	if err != nil && c != nil && conf.policy() == gomail.TLSOpportunistic && !errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		c, client, err = connect(ctx, conf, gomail.NoTLS)
	}
	return c, client, err
}

// policy is what conf.TLS comes to. A password goes to nobody whose name is not
// vouched for.
func (m *Mail) policy() gomail.TLSPolicy {
	switch {
	case m.TLS == TLSNone:
		return gomail.NoTLS
	case m.TLS == TLSRequired || m.User != "":
		return gomail.TLSMandatory
	default:
		return gomail.TLSOpportunistic
	}
}

// connect returns the connection, which is the caller's to close. On an error it
// is closed, and not nil if there was one.
func connect(ctx context.Context, conf *Mail, policy gomail.TLSPolicy) (*conn, *smtp.Client, error) {
	var made *conn
	options := []gomail.Option{
		gomail.WithPort(int(conf.Port)), gomail.WithHELO(conf.Helo), gomail.WithTimeout(conf.Timeout), gomail.WithoutSMTPUTF8(),
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(&tls.Config{
			ServerName: conf.Server, MinVersion: tls.VersionTLS12, RootCAs: conf.Roots,
			InsecureSkipVerify: policy == gomail.TLSOpportunistic, // the other choice is plain text
		}),
		// The library closes a connection that fails after the greeting not at all.
		gomail.WithDialContextFunc(func(dialing context.Context, network, _ string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(dialing, network, net.JoinHostPort(conf.Server, strconv.Itoa(int(conf.Port))))
			if err != nil {
				return nil, err
			}
			made = &conn{Conn: c, stop: context.AfterFunc(ctx, func() { _ = c.Close() })}
			return made, nil
		}),
	}
	if conf.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(conf.User), gomail.WithPassword(conf.Password))
	}
	c, err := gomail.NewClient(conf.Server, options...)
	if err != nil {
		return nil, nil, err
	}
	client, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil && made != nil {
		_ = made.Close()
	}
	return made, client, err
}

// transact sends a letter. An error says that the connection is of no more use.
func (m *mailer) transact(client *smtp.Client, conf *Mail, l *letter) error {
	if err := client.UpdateDeadline(conf.Timeout); err != nil {
		return err
	}
	if err := client.Mail("<" + envelope(conf.From) + ">"); err != nil {
		return m.refused(client, l, l.to, err)
	}
	var accepted []string
	for _, to := range l.to {
		if err := client.Rcpt("<" + to + ">"); err == nil {
			accepted = append(accepted, to)
		} else if err := m.refused(nil, l, []string{to}, err); err != nil {
			return err
		}
	}
	if len(accepted) == 0 {
		return client.Reset()
	}
	w, err := client.Data()
	if err != nil {
		return m.refused(client, l, accepted, err)
	}
	if _, err := w.Write(l.text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return m.refused(client, l, accepted, err)
	}
	m.log.Printf("mail: sent %q to %v", l.subject, accepted)
	l.strike(accepted)
	return nil
}

// refused deals with an answer that is not the wanted one. Recipients who are
// refused for good (5xx) are taken off the letter. The error is nil if the
// connection can be used on.
func (m *mailer) refused(client *smtp.Client, l *letter, to []string, err error) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) || answer.Code == 421 {
		return err
	}
	m.log.Printf("mail: %q to %v refused: %s", l.subject, to, printable([]byte(answer.Error())))
	if answer.Code >= 500 {
		l.strike(to)
		m.lost.Add(1)
	}
	if client == nil {
		return nil
	}
	return client.Reset()
}

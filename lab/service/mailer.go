package service

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// sendMail is mail(1) as scripts use it: mail -s SUBJECT ADDRESS ..., the body on
// standard input. Without an address it prints the mailbox of root.
func sendMail(args []string, in io.Reader, out io.Writer) error {
	flags := pflag.NewFlagSet("mail", pflag.ContinueOnError)
	subject := flags.StringP("subject", "s", "", "the mail's subject")
	from := flags.StringP("return-address", "r", "", "the sender's address")
	cc := flags.StringArrayP("cc", "c", nil, "further recipients")
	server := flags.String("server", "127.0.0.1:25", "the mail server")
	if err := flags.Parse(args); err != nil {
		return err
	}
	to := qualified(append(flags.Args(), *cc...))
	if len(to) == 0 {
		return printMailbox(filepath.Join(spool, "root"), out)
	}
	if *from == "" {
		host, err := os.Hostname()
		if err != nil {
			return err
		}
		*from = "root@" + host
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	return smtp.SendMail(*server, nil, *from, to, compose(*from, to, *subject, body))
}

// qualified gives users of this host the domain that RFC 5321 4.1.2 demands.
func qualified(addresses []string) []string {
	for i, a := range addresses {
		if !strings.Contains(a, "@") {
			addresses[i] = a + "@localhost"
		}
	}
	return addresses
}

func compose(from string, to []string, subject string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n\r\n",
		from, strings.Join(to, ", "), mime.QEncoding.Encode("utf-8", subject), time.Now().Format(time.RFC1123Z))
	b.Write(bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n")))
	return b.Bytes()
}

func printMailbox(path string, out io.Writer) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		_, err = fmt.Fprintln(out, "No mail for root")
		return err
	}
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}

package hostile

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/viplab/viplab/lab/topology"
)

// maxCommand is how long a line of SMTP may be (RFC 5321 4.5.3.1.4).
const maxCommand = 512

// mail holds the talk of an SMTP server (RFC 5321) that takes no mail: greeting,
// HELO, EHLO, NOOP, RSET, QUIT.
func (c *client) mail(in *bufio.Reader) {
	m := c.server.at("")
	c.tell(m, "")
	if !c.answer(m, line(m, 220, "localhost ESMTP")) {
		return
	}
	for {
		text, err := readLine(in)
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(text), " ")
		m := c.server.at(verb)
		c.tell(m, text)
		if !c.answer(m, respond(m, verb)) || verb == "QUIT" {
			return
		}
	}
}

func respond(m topology.Manner, verb string) reply {
	switch verb {
	case "HELO", "EHLO", "NOOP", "RSET":
		return line(m, 250, "localhost")
	case "QUIT":
		return line(m, 221, "localhost bye")
	}
	return line(m, 502, "not implemented")
}

func line(m topology.Manner, code int, text string) reply {
	if m.Do == topology.Status {
		code = m.Status
	}
	return reply{head: fmt.Appendf(nil, "%d ", code), body: []byte(text + "\r\n")}
}

// readLine reads a command, of which what is too long is cut off.
func readLine(in *bufio.Reader) (string, error) {
	var text []byte
	for {
		b, err := in.ReadByte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return strings.TrimSuffix(string(text), "\r"), nil
		}
		if len(text) < maxCommand {
			text = append(text, b)
		}
	}
}

package hostile

import (
	"bufio"
	"cmp"
	"fmt"
	"net/http"

	"github.com/viplab/viplab/lab/topology"
)

// web answers one request, and hangs up, as HTTP/1.0 does.
func (c *client) web(in *bufio.Reader) {
	r, err := http.ReadRequest(in)
	if err != nil {
		c.tell(c.server.at(""), fmt.Sprintf("no request: %v", err))
		return
	}
	m := c.server.at(r.URL.Path)
	c.tell(m, fmt.Sprintf("%s %s %s host %s", r.Method, r.RequestURI, r.Proto, r.Host))
	body, ok := c.server.spec.Pages[r.URL.Path]
	if !ok {
		body = c.server.spec.Body
	}
	status := http.StatusOK
	switch m.Do {
	case topology.Status:
		status = m.Status
	case topology.Body:
		body = m.Body
	}
	c.answer(m, page(status, body, m.Do != topology.Endless))
}

// page writes an answer of HTTP; one without a length lasts until the connection
// ends.
func page(status int, body string, length bool) reply {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nConnection: close\r\n",
		status, cmp.Or(http.StatusText(status), "Unknown"))
	if length {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return reply{head: []byte(head + "\r\n"), body: []byte(body)}
}

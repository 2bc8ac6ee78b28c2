package logs

import (
	"encoding/json"
	"io"
	"regexp"
	"time"
)

// form makes the text of a line.
type form func(*line) string

// plain is what was said, and nothing else.
func plain(n *line) string { return n.text }

// console writes lines as keepalived prints them: the time comes first, unless it
// is part of the text.
type console struct {
	w    io.Writer
	json bool
	form form
}

func (c *console) write(n *line) {
	text := c.form(n)
	if !c.json {
		text = n.at.Format(time.ANSIC) + ": " + text
	}
	_, _ = io.WriteString(c.w, text+"\n") // there is nowhere to complain
}

func (c *console) reopen() {}
func (c *console) close()  {}

// instance finds the name in front of a line: "(VI_1) Entering MASTER STATE".
var instance = regexp.MustCompile(`^\(([^()\s]+)\) `)

// object is a line as JSON.
func object(n *line, process string) string {
	v := struct {
		Time     string `json:"time"`
		Level    string `json:"level"`
		Process  string `json:"process"`
		Instance string `json:"instance,omitempty"`
		Text     string `json:"text"`
	}{n.at.Format(time.RFC3339Nano), "info", process, "", n.text}
	if n.detail {
		v.Level = "detail"
	}
	if m := instance.FindStringSubmatch(n.text); m != nil {
		v.Instance = m[1]
	}
	text, err := json.Marshal(v)
	if err != nil { // strings have no error
		return n.text
	}
	return string(text)
}

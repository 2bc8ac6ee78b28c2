package capture

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// syslogMessage is one datagram of /dev/log.
type syslogMessage struct {
	facility string
	severity string
	source   string // the tag: the program's name
	pid      string
	stamp    string // as sent: "Nov 20 06:00:00"; empty without one
	text     string
}

// severities and facilities have the names of syslog.conf(5), by their codes
// (RFC 3164 4.1.1).
var (
	severities = [...]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
	facilities = [...]string{"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
		"ntp", "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"}
)

// Facilities lists the names of the syslog facilities.
func Facilities() []string { return facilities[:] }

// defaultPriority is user.notice, which RFC 3164 4.3.3 gives messages without
// one.
const defaultPriority = 1<<3 | 5

// parseSyslog parses what programs send to /dev/log: RFC 3164 without a host
// name, as glibc and Go's log/syslog write it, and anything less. It never
// fails: what is not understood is text.
//
// The parsers of go-syslog take the first word of a text without a tag for a
// host name, and trip over an empty text.
func parseSyslog(data []byte) syslogMessage {
	priority, rest := cutPriority(bytes.TrimRight(data, "\x00\n"))
	m := syslogMessage{facility: facilities[priority>>3], severity: severities[priority&7]}
	m.stamp, m.text = cutStamp(string(rest))
	m.source, m.pid, m.text = cutTag(m.text)
	return m
}

// cutStamp cuts "Nov 20 06:00:00 " off.
func cutStamp(s string) (stamp, rest string) {
	const size = len(time.Stamp)
	if len(s) <= size || s[size] != ' ' {
		return "", s
	}
	if _, err := time.Parse(time.Stamp, s[:size]); err != nil {
		return "", s
	}
	return s[:size], s[size+1:]
}

// cutPriority cuts "<30>" off.
func cutPriority(data []byte) (int, []byte) {
	if len(data) > 2 && data[0] == '<' {
		if end := bytes.IndexByte(data[:min(len(data), 5)], '>'); end > 1 {
			n, err := strconv.ParseUint(string(data[1:end]), 10, 8)
			if err == nil && int(n>>3) < len(facilities) {
				return int(n), data[end+1:]
			}
		}
	}
	return defaultPriority, data
}

// cutTag cuts "name[123]: " or "name: " off. Other texts have no tag.
func cutTag(s string) (name, pid, text string) {
	tag, text, found := strings.Cut(s, ":")
	text, blank := strings.CutPrefix(text, " ")
	found = found && (blank || text == "")
	if !found || tag == "" || strings.ContainsAny(tag, " \t\n") {
		return "", "", s
	}
	if name, pid, found = strings.Cut(tag, "["); !found {
		return tag, "", text
	}
	pid, found = strings.CutSuffix(pid, "]")
	if _, err := strconv.Atoi(pid); err != nil || !found || name == "" {
		return "", "", s
	}
	return name, pid, text
}

// line writes a message in the classic format of /var/log/messages. Now stands
// in for a missing time stamp.
func (m syslogMessage) line(host string, now time.Time) string {
	stamp, tag := m.stamp, m.source
	if stamp == "" {
		stamp = now.Format(time.Stamp)
	}
	if m.pid != "" {
		tag += "[" + m.pid + "]"
	}
	if tag != "" {
		tag += ": "
	}
	return stamp + " " + host + " " + tag + strings.ReplaceAll(m.text, "\n", "#012") + "\n"
}

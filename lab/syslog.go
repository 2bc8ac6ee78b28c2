package lab

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/viplab/viplab/lab/capture"
	"github.com/viplab/viplab/lab/timeline"
)

// Where a node's logs are, and what rules them.
const (
	logFolder   = "/var/log"
	messages    = "messages"
	syslogRules = "etc/rsyslog.conf" // in the node's folder of the topology
)

// listen takes the syslog of a node, as its syslog daemon. All of it is kept in
// the run directory; on the node it goes where the rules of /etc/rsyslog.conf say,
// if the topology has that file, else to /var/log/messages.
func (l *Lab) listen(name string, h *host) (*capture.Syslog, error) {
	rules, err := l.syslogRules(name)
	if err != nil {
		return nil, err
	}
	kept, err := l.logFile(name, messages)
	l.closers = append(l.closers, kept)
	if err != nil {
		return nil, err
	}
	outputs := []capture.SyslogOutput{{Selector: capture.Everything(), Writer: kept}}
	for _, rule := range rules {
		f, err := appendOn(h, rule.File)
		if err != nil {
			return nil, err
		}
		l.closers = append(l.closers, f)
		outputs = append(outputs, capture.SyslogOutput{Selector: rule.Selector, Writer: f})
	}
	mnt, err := os.Open(fmt.Sprintf("/proc/%d/ns/mnt", h.PID()))
	if err != nil {
		return nil, fmt.Errorf("open mount namespace: %w", err)
	}
	defer mnt.Close()
	fd, err := capture.OpenSyslogSocket(int(mnt.Fd()), "/dev/log")
	if err != nil {
		return nil, err
	}
	return capture.ServeSyslog(fd, capture.SyslogConfig{
		Node: name, Hostname: h.spec.Hostname, Record: l.Recorder, Outputs: outputs,
	})
}

// syslogRules reads the rules of a node.
func (l *Lab) syslogRules(name string) ([]capture.SyslogRule, error) {
	files, err := l.Topology.FileSystem(name)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(files, syslogRules)
	if errors.Is(err, fs.ErrNotExist) {
		return []capture.SyslogRule{{Selector: capture.Everything(), File: path.Join(logFolder, messages)}}, nil
	}
	if err != nil {
		return nil, err
	}
	rules, err := capture.ParseSyslogRules(string(text))
	if err != nil {
		return nil, fmt.Errorf("read /%s: %w", syslogRules, err)
	}
	return rules, nil
}

// appendOn opens a file of a node to write at its end.
func appendOn(h *host, file string) (io.WriteCloser, error) {
	var f *os.File
	err := h.Do(func() (err error) {
		f, err = os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		return err
	})
	return f, err
}

// watchLogFolder follows the files in a node's /var/log, but for messages, whose
// lines are recorded as what they are.
func watchLogFolder(name string, h *host, rec *timeline.Recorder) (*capture.Files, error) {
	var dir *os.File
	if err := h.Do(func() (err error) {
		dir, err = os.Open(logFolder)
		return err
	}); err != nil {
		return nil, err
	}
	return capture.WatchFiles(dir, capture.FilesConfig{Node: name, Record: rec, Folder: logFolder, Skip: []string{messages}})
}

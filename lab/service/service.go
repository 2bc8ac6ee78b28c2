// Package service holds the programs that a lab brings along, so that it needs
// none installed: a web server under any process name, a mail sink, and the
// commands that scripts of the course use.
//
// All are this executable again, bound into a node under another name.
package service

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/viplab/viplab/lab/service/hostile"
	"github.com/viplab/viplab/lab/topology"
)

// First arguments by which an embedded service knows what it is: its name says
// nothing, since a web server may be called httpd, nginx or tomcat.
const (
	httpWord = "viplab-service-http"
	mailWord = "viplab-service-mail"

	hostileWord = "viplab-service-hostile"
)

// Dispatch does the work of an embedded program and ends the process, when this
// one was started as such; otherwise it returns at once.
func Dispatch() {
	if len(os.Args) == 3 {
		switch os.Args[1] {
		case httpWord:
			os.Exit(exit(serveHTTP(os.Args[2])))
		case mailWord:
			os.Exit(exit(serveMail(os.Args[2])))
		}
	}
	if len(os.Args) == 4 && os.Args[1] == hostileWord {
		os.Exit(exit(beHostile(os.Args[2], os.Args[3])))
	}
	switch filepath.Base(os.Args[0]) {
	case "mail", "mailx":
		os.Exit(exit(sendMail(os.Args[1:], os.Stdin, os.Stdout)))
	case "killall":
		os.Exit(killall(os.Args[1:], os.Stderr))
	case "systemctl":
		os.Exit(systemctl(os.Args[1:], os.Stdout, os.Stderr, ControlSocket))
	}
}

// beHostile is a hostile server. It ends in order on SIGTERM.
func beHostile(blob, name string) error {
	var spec topology.Hostile
	if err := json.Unmarshal([]byte(blob), &spec); err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return hostile.Run(ctx, spec, hostile.Socket(name))
}

// exit says what went wrong and makes an exit status of it.
func exit(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
	return 1
}

// HTTPArgs returns the arguments of the embedded web server.
func HTTPArgs(spec topology.HTTP) ([]string, error) { return arguments(httpWord, spec) }

// MailArgs returns the arguments of the embedded mail sink.
func MailArgs(spec topology.Mail) ([]string, error) { return arguments(mailWord, spec) }

// HostileArgs returns the arguments of a hostile server of a service's name.
func HostileArgs(name string, spec topology.Hostile) ([]string, error) {
	args, err := arguments(hostileWord, spec)
	return append(args, name), err
}

func arguments(word string, spec any) ([]string, error) {
	blob, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("encode service: %w", err)
	}
	return []string{word, string(blob)}, nil
}

// Commands lists the stand-in commands of a node: systemctl for its services, mail
// where it has a mail sink to send to, and killall where the system has none or
// where it must know the daemon under test by its service's name.
func Commands(n *topology.Node) []string {
	names := []string{"systemctl"}
	var mail, ha bool
	for _, s := range n.Services {
		mail, ha = mail || s.Mail != nil, ha || s.HA != nil
	}
	if mail {
		names = append(names, "mail", "mailx")
	}
	if _, err := exec.LookPath("killall"); err != nil || ha {
		names = append(names, "killall")
	}
	return names
}

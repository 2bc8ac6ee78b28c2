package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// ControlSocket is where a node's services are started and stopped: the lab
// listens there, systemctl on the node asks.
const ControlSocket = "/run/viplab/control"

// Request is what systemctl asks of the lab: one verb for one service.
type Request struct {
	Verb string `json:"verb"` // start, stop, restart, reload or status
	Unit string `json:"unit"` // without .service
}

// Answer is what came of a Request.
type Answer struct {
	Unknown bool   `json:"unknown,omitempty"` // the node has no such service
	Active  bool   `json:"active,omitempty"`  // it runs
	Error   string `json:"error,omitempty"`
}

// Exit statuses of systemctl(1).
const (
	unitInactive = 3
	unitUnknown  = 5
)

// verbs are those of systemctl that make sense on a node. A unit cannot be
// enabled, since a node never boots again, but a script may ask.
func verbs() []string {
	return []string{"start", "stop", "restart", "reload", "status", "is-active", "enable", "disable"}
}

// systemctl is systemctl(1) for the services of a node: systemctl VERB UNIT ...
func systemctl(args []string, out, complain io.Writer, socket string) int {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
	switch {
	case len(args) == 0:
		fmt.Fprintln(complain, "usage: systemctl VERB UNIT ...")
		return 1
	case !slices.Contains(verbs(), args[0]):
		fmt.Fprintf(complain, "Unknown command verb %s.\n", args[0])
		return 1
	case len(args) == 1:
		fmt.Fprintln(complain, "Too few arguments.")
		return 1
	}
	status := 0
	for _, unit := range args[1:] {
		r := Request{Verb: args[0], Unit: strings.TrimSuffix(unit, ".service")}
		status = max(status, control(r, out, complain, socket))
	}
	return status
}

// control does one request and says what came of it.
func control(r Request, out, complain io.Writer, socket string) int {
	asked := r
	if r.Verb == "is-active" || r.Verb == "enable" || r.Verb == "disable" {
		asked.Verb = "status"
	}
	a, err := ask(asked, socket)
	switch {
	case err != nil:
		fmt.Fprintf(complain, "Failed to %s %s.service: %v\n", r.Verb, r.Unit, err)
		return 1
	case a.Unknown:
		fmt.Fprintf(complain, "Failed to %s %s.service: Unit %s.service not found.\n", r.Verb, r.Unit, r.Unit)
		return unitUnknown
	case a.Error != "":
		fmt.Fprintf(complain, "Job for %s.service failed: %s\n", r.Unit, a.Error)
		return 1
	case r.Verb == "status" || r.Verb == "is-active":
		return describe(r, a, out)
	}
	return 0
}

func describe(r Request, a Answer, out io.Writer) int {
	state, status := "inactive", unitInactive
	if a.Active {
		state, status = "active", 0
	}
	if r.Verb == "status" {
		state = r.Unit + ".service: " + state
	}
	fmt.Fprintln(out, state)
	return status
}

// controlPatience is longer than any service may take to stop.
const controlPatience = time.Minute

func ask(r Request, socket string) (a Answer, err error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return a, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(controlPatience)); err != nil {
		return a, err
	}
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return a, err
	}
	return a, json.NewDecoder(conn).Decode(&a)
}

// Control answers the requests that come to l, each by do, until l is closed and
// all that came are answered.
func Control(l net.Listener, do func(Request) Answer) error {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listen to systemctl: %w", err)
		}
		all.Go(func() {
			defer conn.Close()
			var r Request
			if err := json.NewDecoder(io.LimitReader(conn, 1<<16)).Decode(&r); err != nil {
				return // nobody who could be told
			}
			_ = json.NewEncoder(conn).Encode(do(r)) // a script that was stopped meanwhile does not wait
		})
	}
}

// programsFile says which programs run for services that have another name: JSON,
// name to program. killall takes the one for the other, so that the course's
// "killall keepalived" ends vipd where that runs in keepalived's place.
const programsFile = "/run/viplab/programs"

// Programs returns the path and the content of the file that tells killall of the
// programs of services, by the services' names.
func Programs(programs map[string]string) (path string, content []byte, err error) {
	content, err = json.Marshal(programs)
	return programsFile, content, err
}

// programOf returns the program that runs for a service, or the name itself.
func programOf(name, file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return name // a node without such services has no such file
	}
	var programs map[string]string
	if json.Unmarshal(content, &programs) != nil || programs[name] == "" {
		return name
	}
	return programs[name]
}

package notify

import (
	"github.com/viplab/viplab/daemon/conf"
	"slices"
)

// handle does what is to be done about e: scripts, then pipes, then mail.
func (n *Notifier) handle(e Event) {
	n.complain(false)
	switch e := e.(type) {
	case Transition:
		n.transition(&e)
	case PriorityChange:
		word := backupPriority
		if e.State == Master {
			word = masterPriority
		}
		if e.Hooks.or().Priorities {
			n.write(Routers, line(Instance, e.Name, word, e.Priority))
		}
	case LowerPriorityHeard:
		n.start(e.Name, "notify_master_rx_lower_pri", &e.Hooks.or().LowerPriority)
		n.write(Routers, line(Instance, e.Name, lowerPriority, e.Priority))
	case ServerEvent:
		n.server(&e)
	}
}

func (n *Notifier) transition(e *Transition) {
	hooks := e.Hooks.or()
	if !e.Repeat {
		keyword, script := hooks.script(e.State)
		n.start(e.Name, keyword, script)
		n.start(e.Name, "notify", &hooks.Any, arguments(e.Kind, e.Name, e.State, e.Priority)...)
	}
	n.write(Routers, line(e.Kind, e.Name, e.State, e.Priority))
	if hooks.Mail && !e.Repeat && !(e.State == Fault && n.conf.Mail.NoFaults) {
		n.mail.send(e.subject(), e.body())
	}
}

func (n *Notifier) server(e *ServerEvent) {
	n.start(e.Virtual, e.Keyword, &e.Command)
	n.write(Servers, e.line(n.conf.NUL))
	if e.Mail && !(e.Real != "" && n.conf.Mail.NoServers) {
		n.mail.send(e.subject(), e.Detail)
	}
}

// start runs the script of keyword, if there is one, for source.
func (n *Notifier) start(source, keyword string, c *conf.Command, extra ...string) {
	if !c.Given() {
		return
	}
	label := "(" + source + ") " + keyword
	command, err := n.conf.Accounts.Command(label, source, c, extra...)
	if err != nil {
		n.opt.Log.Printf("%s: %v", label, err)
		return
	}
	n.run.Start(command)
}

// Command is c with more arguments, ready to run. A line that a shell reads
// finds them as $1 and so on. The error says that there is no account for it, or
// that enable_script_security forbids it.
func (a *Accounts) Command(label, source string, c *conf.Command, extra ...string) (Command, error) {
	account, err := a.Resolve(c.User, c.Group)
	if err != nil {
		return Command{}, err
	}
	if a.Security {
		if _, err := Inspect(c.Args[0], account); err != nil {
			return Command{}, err
		}
	}
	args := slices.Clone(c.Args)
	if shell := []string{"/bin/sh", "-c", c.Line}; len(extra) > 0 && slices.Equal(args, shell) {
		args = append(args, "sh")
	}
	return Command{Label: label, Source: source, Args: append(args, extra...), Account: account}, nil
}

func (n *Notifier) write(what Content, text string) {
	for _, c := range n.channels {
		if c.conf.Content&what != 0 && !c.write(text) {
			n.lines.Add(1)
		}
	}
}

package notify

import (
	"fmt"
	"strconv"
)

// line is what pipes are told of an instance or group.
func line(k Kind, name string, s State, priority int) string {
	return fmt.Sprintf("%s \"%s\" %s %d\n", k, name, s, priorityOf(k, priority))
}

// arguments are what a generic script is told.
func arguments(k Kind, name string, s State, priority int) []string {
	return []string{string(k), name, string(s), strconv.Itoa(priorityOf(k, priority))}
}

// priorityOf is 0 for groups, which have none.
func priorityOf(k Kind, priority int) int {
	if k == Group {
		return 0
	}
	return priority
}

// line is what pipes are told of a server. keepalived writes a NUL byte after
// the newline, which readers of lines find at the beginning of the next.
func (e *ServerEvent) line(nul bool) string {
	text := "VS " + e.Virtual
	if e.Real != "" {
		text = "RS " + e.Real + " " + e.Virtual
	}
	text += " " + e.word() + "\n"
	if nul {
		text += "\x00"
	}
	return text
}

func (e *ServerEvent) word() string {
	if e.Up {
		return "UP"
	}
	return "DOWN"
}

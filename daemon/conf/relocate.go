package conf

import (
	"strconv"
	"strings"
)

// Relocate gives the virtual servers of a configuration that WriteBare wrote, and
// that was read again, the places that they have in the administrator's file: the
// comments of their first lines. It is to be called before Forget.
func (c *Config) Relocate() {
	if len(c.sources) == 0 || len(c.VirtualServers) == 0 {
		return
	}
	lines := strings.Split(c.sources[0].Text, "\n")
	for _, v := range c.VirtualServers {
		n := int(v.Pos.Line) - 1
		if n < 0 || n >= len(lines) {
			continue
		}
		if p, ok := placeIn(lines[n]); ok {
			v.Pos = p
		}
	}
}

// placeIn finds "# FILE:LINE:COLUMN" at the end of a line.
func placeIn(line string) (p Pos, ok bool) {
	at := strings.LastIndex(line, "# ")
	if at < 0 {
		return p, false
	}
	file, column, ok1 := cutLast(line[at+2:])
	file, row, ok2 := cutLast(file)
	if !ok1 || !ok2 || file == "" {
		return p, false
	}
	return Pos{File: file, Line: row, Column: column}, true
}

// cutLast cuts ":N" off s.
func cutLast(s string) (rest string, n int32, ok bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 0 {
		return s, 0, false
	}
	v, err := strconv.ParseInt(s[at+1:], 10, 32)
	return s[:at], int32(v), err == nil && v > 0
}

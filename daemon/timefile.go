package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// lookInterval is how often reload_time_file is looked at.
const lookInterval = time.Second

var errReloadTime = errors.New("not HH:MM:SS or YYYY-MM-DD HH:MM:SS, with or without Z")

// timeFile follows reload_time_file: a reload comes at the time that it holds.
type timeFile struct {
	conf   conf.Reload
	say    func(format string, args ...any)
	reload func()
	text   string    // what it held when last looked at; empty: it is not there
	due    time.Time // of the reload; zero: none
}

// followTime follows the file that the configuration names, in place of the one
// before.
func (s *supervisor) followTime(ctx context.Context, all *sync.WaitGroup) {
	if s.unfollow != nil {
		s.unfollow()
		s.unfollow = nil
	}
	r := s.config.Global.Reload
	if r.TimeFile == "" {
		return
	}
	ctx, s.unfollow = context.WithCancel(ctx)
	life := ctx
	t := &timeFile{conf: r, say: s.Printf, reload: func() { s.post(func() { s.reload(life) }) }}
	all.Go(func() {
		tick := time.NewTicker(lookInterval)
		defer tick.Stop()
		for {
			t.look(time.Now())
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// look reads the file and reloads when its time has come.
func (t *timeFile) look(now time.Time) {
	text := firstLine(t.conf.TimeFile)
	if text != t.text {
		t.change(text, now)
	}
	if t.due.IsZero() || now.Before(t.due) {
		return
	}
	t.due = time.Time{}
	if !t.conf.Repeat {
		_ = os.Remove(t.conf.TimeFile) // it is done with, there or not
		t.text = ""
	} else if due, err := reloadTime(text, now); err == nil && due.After(now) {
		t.due = due
	}
	t.reload()
}

// change takes note of what the file holds now.
func (t *timeFile) change(text string, now time.Time) {
	t.text = text
	had := !t.due.IsZero()
	t.due = time.Time{}
	if text == "" {
		if had {
			t.say("The scheduled reload is off")
		}
		return
	}
	due, err := reloadTime(text, now)
	switch {
	case err != nil:
		t.say("reload_time_file %s: %v", t.conf.TimeFile, err)
	case !due.After(now):
		t.say("reload_time_file %s: %s is past", t.conf.TimeFile, text)
	default:
		t.due = due
		t.say("Scheduling reload for %s", due.Format(time.DateTime))
	}
}

// firstLine is the first line of a small file; empty if there is none.
func firstLine(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan() // a line that is too long is none
	return lines.Text()
}

// reloadTime is the time that text stands for: with a Z at the end UTC, else local
// time. Without a date it is the next such time.
func reloadTime(text string, now time.Time) (time.Time, error) {
	clock, zone := text, now.Location()
	if cut, ok := strings.CutSuffix(text, "Z"); ok {
		clock, zone = cut, time.UTC
	}
	for _, form := range []string{time.DateTime, "06-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(form, clock, zone); err == nil && len(clock) == len(form) {
			return at, nil
		}
	}
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil || len(clock) != len(time.TimeOnly) {
		return time.Time{}, fmt.Errorf("%q is %w", text, errReloadTime)
	}
	here := now.In(zone)
	due := time.Date(here.Year(), here.Month(), here.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone)
	if !due.After(now) {
		due = time.Date(here.Year(), here.Month(), here.Day()+1, at.Hour(), at.Minute(), at.Second(), 0, zone)
	}
	return due, nil
}

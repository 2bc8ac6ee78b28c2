package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viplab/viplab/daemon/conf"
)

// checker is one of a kind, with a delay_loop of 10 s.
func checker(kind string, retry int, pause float64, urls int) *conf.Checker {
	c := &conf.Checker{Kind: kind, Timing: conf.Timing{DelayLoop: 10 * time.Second, Retry: retry, RetryDelay: seconds(pause)}}
	if urls > 0 {
		c.Probe = &conf.HTTPProbe{URLs: make([]*conf.URL, urls)}
	}
	return c
}

func fast(c *conf.Checker) *conf.Checker {
	c.Probe.(*conf.HTTPProbe).FastRecovery = true
	return c
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// run makes attempts as script says: o succeeds, f fails, v could not be made,
// t fails after 3 s, p succeeds after 5. It returns when each began, of pages
// which, and behind it what was news.
func run(p Plan, script string) string {
	var out []string
	s, at := State{}, p.First(0)
	for _, c := range script {
		a := Attempt{Due: at, Began: at, Ended: at}
		text := fmt.Sprint(at.Seconds())
		if p.Pages > 1 {
			text += string(rune('a' + s.Page))
		}
		switch c {
		case 'o':
			a.Outcome = Pass
		case 'p':
			a.Outcome, a.Ended = Pass, at+5*time.Second
		case 't':
			a.Ended = at + 3*time.Second
		case 'v':
			a.Outcome = Void
		}
		step := s.Take(&p, a)
		if step.News {
			text += map[bool]string{true: " UP", false: fmt.Sprintf(" DOWN(%d)", step.Retry)}[s.Up]
		}
		out = append(out, text)
		at = step.Next
	}
	return strings.Join(out, ", ")
}

// The times are keepalived 2.2.7's with the same outcomes, in a guest on the ideal
// clock.
func TestSequences(t *testing.T) {
	rows := []struct {
		name   string
		c      *conf.Checker
		script string
		want   string
	}{
		{"TCP", checker("TCP_CHECK", 1, 1, 0), "ooffffffoo", "1 UP, 11, 21, 22 DOWN(1), 32, 33, 43, 44, 54 UP, 64"},
		{"TCP retries", checker("TCP_CHECK", 3, 2, 0), "offoffffffffoo", "1 UP, 11, 13, 15, 25, 27, 29, 31 DOWN(3), 41, 43, 45, 47, 57 UP, 67"},
		{"TCP recovers in a retry", checker("TCP_CHECK", 3, 2, 0), "offffffoo", "1 UP, 11, 13, 15, 17 DOWN(3), 27, 29, 31 UP, 41"},
		{"TCP first", checker("TCP_CHECK", 3, 2, 0), "fffffffoo", "1 DOWN(0), 11, 13, 15, 17, 27, 29, 31 UP, 41"},
		{"TCP without retries", checker("TCP_CHECK", 0, 2, 0), "offofo", "1 UP, 11 DOWN(0), 21, 31 UP, 41 DOWN(0), 51 UP"},
		{"TCP times out", checker("TCP_CHECK", 2, 2, 0), "ttttttt", "1 DOWN(0), 14, 19, 24, 37, 42, 47"},
		{"TCP void", checker("TCP_CHECK", 2, 2, 0), "vofvfvff", "1, 11 UP, 21, 23, 33, 35, 45 DOWN(2), 55"},
		{"TCP fraction", checker("TCP_CHECK", 1, 0.25, 0), "offo", "1 UP, 11, 11.25 DOWN(1), 21.25 UP"},
		{"UDP", checker("UDP_CHECK", 2, 3, 0), "pptttffp", "1 UP, 16, 31, 37, 43 DOWN(2), 56, 66, 76 UP"},
		{"UDP first", checker("UDP_CHECK", 2, 3, 0), "fffp", "1 DOWN(0), 11, 21, 31 UP"},
		{"ping", checker("PING_CHECK", 2, 3, 0), "ooffffo", "1 UP, 11, 21, 24, 27 DOWN(2), 37, 47 UP"},
		{"ping times out", checker("PING_CHECK", 2, 3, 0), "ttt", "1 DOWN(0), 14, 27"},
		{"DNS", checker("DNS_CHECK", 2, 3, 0), "ooffffffo", "1 UP, 11, 21, 24, 27 DOWN(2), 37, 47, 57, 67 UP"},
		{"DNS defaults", checker("DNS_CHECK", 3, 10, 0), "offfffo", "1 UP, 11, 21, 31, 41 DOWN(3), 51, 61 UP"},
		{"SMTP", checker("SMTP_CHECK", 2, 4, 0), "ooffffffoo", "1 UP, 11, 21, 25, 29 DOWN(2), 39, 43, 47, 57 UP, 67"},
		{"SMTP first", checker("SMTP_CHECK", 2, 4, 0), "fffoo", "1, 5, 9 DOWN(2), 19 UP, 29"},
		{"MISC", checker("MISC_CHECK", 2, 3, 0), "ooffffffo", "1 UP, 11, 21, 24, 27 DOWN(2), 37, 47, 57, 67 UP"},
		{"MISC first", checker("MISC_CHECK", 2, 3, 0), "ffffo", "1 DOWN(0), 11, 21, 31, 41 UP"},
		{"MISC from the beginning", checker("MISC_CHECK", 1, 4, 0), "ppttp", "1 UP, 11, 21, 25 DOWN(1), 35 UP"},
		{"MISC longer than the interval", checker("MISC_CHECK", 1, 2, 0), "pttp", "1 UP, 11, 14 DOWN(1), 24 UP"},
		{"HTTP", checker("HTTP_GET", 1, 3, 1), "ooffffffoo", "1 UP, 11, 21, 24 DOWN(1), 34, 44, 54, 64, 74, 84 UP"},
		{"HTTP two urls", checker("HTTP_GET", 2, 4, 2), "oooofffffffoooo", "1a, 11b UP, 21a, 31b, 41a, 45a, 49a DOWN(2), 59a, 69a, 79a, 89a, 99a, 109a, 119b UP, 129a"},
		{"HTTP fast", fast(checker("HTTP_GET", 2, 4, 2)), "oooofffffffooooo", "1a, 1b UP, 11a, 21b, 31a, 35a, 39a DOWN(2), 49a, 59a, 69a, 79a, 89a, 89a, 89b UP, 99a, 109b"},
		{"HTTP first", checker("HTTP_GET", 2, 4, 2), "ffoffooo", "1a DOWN(0), 11a, 21a, 31a, 35a, 39a, 49b UP, 59a"},
		{"HTTP fails while it recovers", checker("HTTP_GET", 2, 4, 2), "offofffffooo", "1a, 11b DOWN(0), 21b, 31b, 41a, 45a, 49a, 53a, 57a, 61a, 71b UP, 81a"},
		{"HTTP long pause", checker("HTTP_GET", 1, 14, 2), "oooffffooo", "1a, 11b UP, 21a, 31b, 45b DOWN(1), 59b, 73b, 87b, 97a, 107b UP"},
		{"HTTP slow", checker("HTTP_GET", 1, 2, 1), "oottttoo", "1 UP, 11, 21, 26 DOWN(1), 39, 52, 65, 75 UP"},
		{"HTTP retry succeeds", checker("HTTP_GET", 2, 4, 2), "oofooofff", "1a, 11b UP, 21a, 25a, 35b, 45a, 55b, 59b, 63b DOWN(2)"},
		{"SSL first", checker("SSL_GET", 2, 4, 1), "ffo", "1 DOWN(0), 11, 21"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.Split(row.want, ", "), strings.Split(run(PlanOf(row.c), row.script), ", ")); diff != "" {
				t.Errorf("%s (-want +got)\n%s", row.script, diff)
			}
		})
	}
}

// An attempt that is made late does not make later ones late.
func TestLate(t *testing.T) {
	rows := []struct {
		name string
		kind string
		a    Attempt // in ms
		want time.Duration
	}{
		{"in time", "TCP_CHECK", Attempt{Due: 1000, Began: 1000, Ended: 1030}, 11030},
		{"late", "TCP_CHECK", Attempt{Due: 1000, Began: 1500, Ended: 1530}, 11030},
		{"just before the next", "TCP_CHECK", Attempt{Due: 1000, Began: 11000, Ended: 11030}, 11030},
		{"after the next", "TCP_CHECK", Attempt{Due: 1000, Began: 11001, Ended: 11031}, 21030},
		{"very late", "TCP_CHECK", Attempt{Due: 1000, Began: 100000, Ended: 100030}, 101030},
		{"script", "MISC_CHECK", Attempt{Due: 1000, Began: 1500, Ended: 1530}, 11000},
		{"script, slow", "MISC_CHECK", Attempt{Due: 1000, Began: 1001, Ended: 12000}, 12000},
		{"script, very late", "MISC_CHECK", Attempt{Due: 1000, Began: 100000, Ended: 100030}, 101000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := Attempt{row.a.Due * time.Millisecond, row.a.Began * time.Millisecond, row.a.Ended * time.Millisecond, Pass}
			p := PlanOf(checker(row.kind, 1, 1, 0))
			if got := new(State).Take(&p, a).Next; got != row.want*time.Millisecond {
				t.Errorf("next at %v, want %v ms", got, int(row.want))
			}
		})
	}
}

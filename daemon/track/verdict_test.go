package track

import "testing"

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		name       string
		rise, fall int
		fail       bool
		results    string // + success, - failure, ! forget
		want       string // U up, D down, ? unknown, after each
	}{
		{"first success decides", 3, 3, false, "+", "U"},
		{"first failure decides", 3, 3, false, "-", "D"},
		{"one each", 1, 1, false, "+-+-", "UDUD"},
		{"fall", 1, 3, false, "+---+", "UUUDU"},
		{"rise", 3, 1, false, "-+++-", "DDDUD"},
		{"a success restarts the count of failures", 1, 3, false, "+--+--+---", "UUUUUUUUUD"},
		{"a failure restarts the count of successes", 3, 1, false, "-++-++-+++", "DDDDDDDDDU"},
		{"counts do not go over to the other side", 2, 2, false, "+--++--++", "UUDDUUDDU"},
		{"init_fail wants rise successes", 2, 3, true, "+-++---", "DDDUUUD"},
		{"init_fail and rise 1", 1, 1, true, "+-", "UD"},
		{"nothing yet", 1, 1, false, "", ""},
		{"forgotten", 3, 3, false, "+--!-", "UUU?D"},
		{"numbers below one are one", 0, -1, false, "+-+", "UDU"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newVerdict(tt.rise, tt.fall, tt.fail)
			if v.known != tt.fail || v.up {
				t.Fatalf("begins as %+v", v)
			}
			got := ""
			for _, r := range tt.results {
				known, up, turned := v.known, v.up, false
				if r == '!' {
					v.forget()
				} else {
					turned = v.add(r == '+')
				}
				if v.known && turned != (known != v.known || up != v.up) {
					t.Errorf("after %s%c: turned is %v", got, r, turned)
				}
				switch {
				case !v.known:
					got += "?"
				case v.up:
					got += "U"
				default:
					got += "D"
				}
			}
			if got != tt.want {
				t.Errorf("%s gives %s, want %s", tt.results, got, tt.want)
			}
		})
	}
}

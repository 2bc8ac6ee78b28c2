package diag

import "testing"

func TestPosString(t *testing.T) {
	for _, row := range []struct {
		pos  Pos
		want string
	}{
		{Pos{"a.conf", 2, 3}, "a.conf:2:3"},
		{Pos{"a.conf", 2, 0}, "a.conf:2"},
		{Pos{"", 2, 3}, "2:3"},
		{Pos{"", 2, 0}, "2"},
		{Pos{"a.conf", 0, 0}, "a.conf"},
		{Pos{}, ""},
	} {
		if got := row.pos.String(); got != row.want {
			t.Errorf("%#v is %q, want %q", row.pos, got, row.want)
		}
	}
}

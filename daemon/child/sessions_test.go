package child

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

func TestSessions(t *testing.T) {
	p := spawn(t, "x")
	text, err := Memory(&conf.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	if err := p.Start(t.Context(), Settings{}, text); err != nil {
		t.Fatal(err)
	}
	s, err := p.Sessions(t.Context(), 3)
	if err != nil || s.Number != 4 || !s.Up["b"] {
		t.Errorf("%+v, %v", s, err)
	}
	if err := p.Hear(t.Context(), s); err == nil || err.Error() != "heard 4 map[b:true]" {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Sessions(ctx, 7); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

package vrrpd

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions()
		first, err := s.after(t.Context(), 0)
		if err != nil || first.Number != 1 || len(first.Up) != 0 {
			t.Fatalf("%+v, %v", first, err)
		}
		s.set("a", true)
		s.set("a", true) // no news
		now, err := s.after(t.Context(), first.Number)
		if err != nil || now.Number != 2 || !now.Up["a"] {
			t.Fatalf("%+v, %v", now, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { synctest.Wait(); s.set("a", false) }()
		if now, err = s.after(ctx, now.Number); err != nil || now.Number != 3 || now.Up["a"] {
			t.Errorf("%+v, %v", now, err)
		}
		go func() { synctest.Wait(); cancel() }()
		if _, err := s.after(ctx, now.Number); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

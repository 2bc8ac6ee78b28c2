package yamlfile

import "testing"

func TestUnknownError(t *testing.T) {
	with := &UnknownError{Kind: "topology", Name: "web", Near: "web1"}
	if got, want := with.Error(), `unknown topology "web", did you mean web1?`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	without := &UnknownError{Kind: "topology", Name: "web"}
	if got, want := without.Error(), `unknown topology "web"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

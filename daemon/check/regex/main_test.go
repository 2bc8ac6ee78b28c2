package regex

import (
	"testing"

	"github.com/dlclark/regexp2"
	"go.uber.org/goleak"
)

// withClock ends the clock that the engine keeps for its timeouts.
type withClock struct{ *testing.M }

func (m withClock) Run() int {
	defer regexp2.StopTimeoutClock()
	return m.M.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(withClock{m}) }

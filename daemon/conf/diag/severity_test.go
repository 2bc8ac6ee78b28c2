package diag

import (
	"testing"
)

func TestSeverityText(t *testing.T) {
	for s := Warning; s <= Fatal; s++ {
		text, _ := s.MarshalText()
		var back Severity
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%s read back is %v, %v", text, back, err)
		}
	}
	var s Severity
	if err := s.UnmarshalText([]byte("Error")); err == nil {
		t.Error("Error with a capital letter is read")
	}
}

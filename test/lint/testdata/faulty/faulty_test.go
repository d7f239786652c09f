package faulty

import "testing"

func TestA(t *testing.T) { onlyByTests(); F(nil) }

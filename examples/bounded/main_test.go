package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A sender that waits loses nothing, and is no further ahead than the box and two hands.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, ahead, err := flood(t.Context(), time.Second)
		if err != nil || came != most || ahead < 2 || ahead > 4 {
			t.Errorf("%d came, %d ahead, %v", came, ahead, err)
		}
	})
}

// A lossy link keeps what the box holds, and what was taken before it was full.
func TestLossy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		came, _, err := flood(t.Context(), time.Second, &flow.LossyConnector[int]{})
		if err != nil || came < 2 || came > 3 || time.Since(began) > 3*time.Second {
			t.Errorf("%d came in %v, %v", came, time.Since(began), err)
		}
	})
}

package main

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/broken"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestTransfer(t *testing.T) {
	file := make([]byte, 200_123)
	chance := rand.New(rand.NewPCG(1, 1))
	for i := range file {
		file[i] = byte(chance.Uint32())
	}
	for name, link := range map[string]*broken.Network[[]byte]{
		"good":    {},
		"doubles": {Double: .3, Seed: 1}, "reorders": {Reorder: .3, Seed: 2},
		"both": {Double: .2, Reorder: .2, Seed: 3},
	} {
		t.Run(name, func(t *testing.T) {
			for try := 1; ; try++ { // the kernel may lose a datagram, too
				var copied bytes.Buffer
				sent, came, err := transfer(t.Context(), bytes.NewReader(file), link, &copied, time.Second)
				if err == nil && sent == 201 && came == 201 && bytes.Equal(copied.Bytes(), file) {
					return
				}
				if err != nil || sent != 201 || try == 5 {
					t.Fatalf("%d sent, %d came, %d bytes: %v", sent, came, copied.Len(), err)
				}
			}
		})
	}
	t.Run("loses", func(t *testing.T) {
		var copied bytes.Buffer
		sent, came, err := transfer(t.Context(), bytes.NewReader(file), &broken.Network[[]byte]{Lose: .2, Reorder: .1, Seed: 4}, &copied, 2*time.Second)
		if err != nil || sent != 201 || came >= 190 || came < 100 {
			t.Errorf("%d sent, %d came: %v", sent, came, err)
		}
	})
}

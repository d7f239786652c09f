package config

import (
	"time"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// Turns bounds how many requests a program has at once.
type Turns struct {
	// AtOnce is how many requests are in work at once; others wait. The default is
	// 32.
	AtOnce Count `yaml:"at-once"`

	// Queue is how many requests wait for that; others get 503. The default is
	// 1000; with off none waits.
	Queue Count `yaml:"queue"`

	// Wait is how long they wait; then they get 503. The default is 30s; off is
	// without a limit.
	Wait Duration `yaml:"wait"`
}

// gate makes what the Turns say.
func (t *Turns) gate() *gateway.Gate {
	return &gateway.Gate{Most: int(max(t.AtOnce, 0)), Queue: int(t.Queue), Wait: time.Duration(t.Wait)}
}

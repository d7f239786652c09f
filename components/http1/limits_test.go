package http1

import (
	"strings"
	"testing"
	"time"
)

func TestLimitsValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		limits Limits
		want   []string
	}{
		{"zero value", Limits{}, nil},
		{"no time limits", Limits{HeadTime: -1, BodyTime: -1, Idle: -1, Stall: -1}, nil},
		{"negative sizes, all reported", Limits{Head: -1, Drain: -2},
			[]string{"limit Head is negative: -1", "limit Drain is negative: -2"}},
		{"target larger than the head", Limits{Target: 16 << 10},
			[]string{"limit Target (16384) leaves no room within limit Head (16384)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.limits.Validate()
			if (err != nil) != (test.want != nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v; want %s", err, want)
				}
			}
		})
	}
}

func TestLimitsTimes(t *testing.T) {
	for _, test := range []struct {
		name            string
		set, want, idle time.Duration
	}{
		{"default", 0, 10 * time.Second, 60 * time.Second},
		{"set", time.Minute, time.Minute, time.Minute},
		{"none", -1, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := Limits{HeadTime: test.set, Idle: test.set}
			if l.headTime() != test.want || l.idle() != test.idle {
				t.Errorf("got %v and %v", l.headTime(), l.idle())
			}
		})
	}
}

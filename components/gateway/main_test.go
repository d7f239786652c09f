package gateway

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

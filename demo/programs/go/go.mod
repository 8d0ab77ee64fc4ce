// SPDX-License-Identifier: Apache-2.0
module flameline.example/demo/go

go 1.23

require golang.org/x/text v0.21.0

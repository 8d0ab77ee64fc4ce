# SPDX-License-Identifier: Apache-2.0
"""Reads the log of the shop and sums it up."""
